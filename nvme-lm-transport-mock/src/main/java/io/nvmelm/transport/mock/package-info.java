/// An NVM subsystem in memory: controllers with registers and queues in guest memory, namespaces, the commands of a
/// controlling controller for migration and virtualization, a virtual clock and scripted faults. It is a model of the
/// device and not a player of canned answers; [InMemorySubsystem] is the way in.
package io.nvmelm.transport.mock;
