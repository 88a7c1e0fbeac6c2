package io.nvmelm.nvme;

/// Entry of the Secondary Controller List (Identify CNS 15h, Base 2.3 fig. 342), 32 bytes.
///
/// @param controllerId        Secondary Controller Identifier (SCID)
/// @param primaryControllerId Primary Controller Identifier (PCID)
/// @param online              Secondary Controller State (SCS) bit 0
/// @param vfNumber            Virtual Function Number (VFN) from 1; 0 when it is not a virtual function
/// @param queueResources      Number of VQ Flexible Resources Assigned (NVQ), queue pairs with the admin queue
/// @param interruptResources  Number of VI Flexible Resources Assigned (NVI), interrupt vectors
public record SecondaryController(
        int controllerId,
        int primaryControllerId,
        boolean online,
        int vfNumber,
        int queueResources,
        int interruptResources) {

    /// Checks that every field fits.
    public SecondaryController {
        FieldBounds.requireUnsigned16("SCID", controllerId);
        FieldBounds.requireUnsigned16("PCID", primaryControllerId);
        FieldBounds.requireUnsigned16("VFN", vfNumber);
        FieldBounds.requireUnsigned16("NVQ", queueResources);
        FieldBounds.requireUnsigned16("NVI", interruptResources);
    }
}
