package io.nvmelm.nvme;

/// Primary Controller Capabilities (Identify CNS 14h, Base 2.3 fig. 340): what a primary controller can give its
/// secondary controllers, and what it gave.
///
/// @param controllerId       Controller Identifier (CNTLID) of the primary controller, bytes 0 to 1
/// @param portId             Port Identifier (PORTID), bytes 2 to 3
/// @param resourceTypes      Controller Resource Types (CRT), byte 4: see [#supports(ControllerResourceType)]
/// @param queueResources     VQ resources, bytes 32 to 63: queue pairs, the admin queues included
/// @param interruptResources VI resources, bytes 64 to 95: interrupt vectors
public record PrimaryControllerCapabilities(
        int controllerId,
        int portId,
        int resourceTypes,
        FlexibleResources queueResources,
        FlexibleResources interruptResources) {

    /// Checks that every field fits.
    public PrimaryControllerCapabilities {
        FieldBounds.requireUnsigned16("CNTLID", controllerId);
        FieldBounds.requireUnsigned16("PORTID", portId);
        FieldBounds.requireUnsigned8("CRT", resourceTypes);
    }

    /// {@return whether resources of this type are flexible: CRT bit 0 for queues, bit 1 for interrupts}
    ///
    /// @param type the type
    public boolean supports(ControllerResourceType type) {
        return (resourceTypes >>> type.value() & 1) != 0;
    }

    /// {@return the resources of this type}
    ///
    /// @param type the type
    public FlexibleResources resources(ControllerResourceType type) {
        return switch (type) {
            case QUEUE -> queueResources;
            case INTERRUPT -> interruptResources;
        };
    }
}
