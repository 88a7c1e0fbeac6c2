/// Manifests and dry runs of the library over subsystems in memory.
package io.nvmelm.preflight;
