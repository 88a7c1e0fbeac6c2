/// What a transport implements: carrying admin commands to a controlling controller and lending memory that it can
/// reach.
package io.nvmelm.spi;
