/// An NVM subsystem in memory: controllers with registers and queues in guest memory, namespaces, the migration
/// commands of a controlling controller, a virtual clock and scripted faults. It is a model of the device and not a
/// player of canned answers; [InMemorySubsystem] is the way in.
package io.nvmelm.transport.mock;
