/// Tests of the migratable device.
package io.nvmelm.core.device;
