/// What a controller at the destination has to have so that the state of one at the source can go on there: the comparison of two
/// manifests, value by value. Asks no device.
package io.nvmelm.core.preflight;
