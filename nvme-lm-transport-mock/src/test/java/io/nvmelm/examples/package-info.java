/// Programs to copy from. Each is compiled and run by the build.
package io.nvmelm.examples;
