/// Tests of the controllers against a transport that answers from a byte array and remembers every command.
package io.nvmelm.core.controller;
