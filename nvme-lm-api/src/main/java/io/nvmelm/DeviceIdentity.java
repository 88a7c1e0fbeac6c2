package io.nvmelm;

import java.util.Optional;

/// Which device this is: the name that messages carry, and for an NVMe controller that the library migrates also who it
/// is.
///
/// @param name       short name for messages, for instance a PCI address or
///                   `controller 0012h of nqn.2014-08.org.example:a`
/// @param controller identity of the NVMe controller; empty where the kernel migrates the device and its kind is
///                   unknown
public record DeviceIdentity(String name, Optional<ControllerIdentity> controller) {}
