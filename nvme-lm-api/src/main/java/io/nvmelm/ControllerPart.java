package io.nvmelm;

/// A part of a controller as the guest sees it that the NVMe Controller State version 0 leaves out (Base 2.3 fig. 374: I/O queues and
/// nothing else).
public enum ControllerPart {
    /// Properties of the controller: Controller Configuration (CC), Interrupt Mask (INTMS) and what depends on them.
    CONTROLLER_PROPERTIES,
    /// The Admin Queues: AQA, ASQ, ACQ, their heads and tails, and the commands in them.
    ADMIN_QUEUES,
    /// What Set Features has set.
    FEATURES,
    /// Interrupt vectors: the MSI-X table and its masks.
    INTERRUPTS
}
