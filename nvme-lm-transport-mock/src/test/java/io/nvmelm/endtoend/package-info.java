/// Whole migrations through the public API, from one in-memory subsystem to another.
package io.nvmelm.endtoend;
