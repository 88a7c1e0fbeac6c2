/// Every fault that a migration can meet, one run for each, and a checker that at most one side ever runs and nothing is lost.
package io.nvmelm.faults;
