/// What the README shows of real hosts, compiled here.
package io.nvmelm.examples;
