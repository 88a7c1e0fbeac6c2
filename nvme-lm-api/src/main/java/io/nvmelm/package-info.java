/// What an embedder works with: the migratable device in the shape of the kernel's VFIO migration interface, the
/// options, progress and report of a migration, and the one family of exceptions. Nothing here knows a byte offset.
package io.nvmelm;
