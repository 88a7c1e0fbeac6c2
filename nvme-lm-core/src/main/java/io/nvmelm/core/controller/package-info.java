/// NVMe controllers by their commands: the controlling controller (discovery, limits, formats, the list of secondary controllers, taking
/// them offline and online) and one migratable controller (suspend, resume, read and write its state). Nothing here knows the words of
/// VFIO.
package io.nvmelm.core.controller;
