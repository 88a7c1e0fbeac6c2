package io.nvmelm;

import java.util.OptionalInt;

/// Identity of a migratable NVMe controller and of the subsystem it belongs to.
///
/// @param subsystemNqn     NVMe qualified name of the NVM subsystem (SUBNQN)
/// @param serialNumber     serial number of the subsystem (SN), without padding
/// @param modelNumber      model number (MN), without padding
/// @param firmwareRevision firmware revision (FR), without padding
/// @param controllerId     controller identifier (CNTLID) of the migratable controller, 0 to FFEFh
/// @param vfNumber         its virtual function number from 1; empty where it is not a virtual function or is not known
public record ControllerIdentity(
        String subsystemNqn,
        String serialNumber,
        String modelNumber,
        String firmwareRevision,
        int controllerId,
        OptionalInt vfNumber) {}
