/// The test kit: whoever implements [io.nvmelm.spi.AdminTransport] or [io.nvmelm.MigratableDevice] extends one class and
/// has the whole contract tested; whoever tests code that uses them is given a world in memory by
/// [io.nvmelm.transport.mock.testkit.InMemoryHosts], and a connection with faults between the two sides of a migration by
/// [io.nvmelm.transport.mock.testkit.SimulatedLink]. For tests only: needs JUnit Jupiter and AssertJ, which this module
/// does not bring.
package io.nvmelm.transport.mock.testkit;
