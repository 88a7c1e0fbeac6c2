package io.nvmelm.core.codec;

import io.nvmelm.InvalidValueException;
import java.lang.foreign.MemorySegment;

/// Primary Controller Capabilities of 4096 bytes (CNS 14h, Base 2.3 fig. 340), as a view: reads and writes memory in
/// place.
///
/// ```
///   0        2        4     5
///   | CNTLID | PORTID | CRT | rsvd |
///
///   32      36      40       42      44       46       48
///   | VQFRT | VQRFA | VQRFAP | VQPRT | VQFRSM | VQGRAN | rsvd |
///
///   64      68      72       74      76       78       80
///   | VIFRT | VIRFA | VIRFAP | VIPRT | VIFRSM | VIGRAN | rsvd |
/// ```
///
/// Setters store the low bits of what they are given. Not thread-safe.
public final class PrimaryControllerCapabilitiesView extends StructureView {
    /// Bytes of the structure.
    public static final int BYTES = 4096;
    /// Offset of the controller identifier.
    public static final int CNTLID_OFFSET = 0;
    /// Offset of the port identifier.
    public static final int PORTID_OFFSET = 2;
    /// Offset of the controller resource types.
    public static final int CRT_OFFSET = 4;
    /// Offset of the flexible queue resources of the primary and all its secondary controllers.
    public static final int VQFRT_OFFSET = 32;
    /// Offset of the flexible queue resources that secondary controllers have.
    public static final int VQRFA_OFFSET = 36;
    /// Offset of the flexible queue resources that the primary controller has.
    public static final int VQRFAP_OFFSET = 40;
    /// Offset of the private queue resources of the primary controller.
    public static final int VQPRT_OFFSET = 42;
    /// Offset of the most flexible queue resources of one secondary controller.
    public static final int VQFRSM_OFFSET = 44;
    /// Offset of the granularity of flexible queue resources.
    public static final int VQGRAN_OFFSET = 46;
    /// Offset of the flexible interrupt resources of the primary and all its secondary controllers.
    public static final int VIFRT_OFFSET = 64;
    /// Offset of the flexible interrupt resources that secondary controllers have.
    public static final int VIRFA_OFFSET = 68;
    /// Offset of the flexible interrupt resources that the primary controller has.
    public static final int VIRFAP_OFFSET = 72;
    /// Offset of the private interrupt resources of the primary controller.
    public static final int VIPRT_OFFSET = 74;
    /// Offset of the most flexible interrupt resources of one secondary controller.
    public static final int VIFRSM_OFFSET = 76;
    /// Offset of the granularity of flexible interrupt resources.
    public static final int VIGRAN_OFFSET = 78;

    /// Creates a view that has yet to be wrapped around a structure.
    public PrimaryControllerCapabilitiesView() {}

    /// Moves this view to a structure.
    ///
    /// @param segment    memory that holds the structure
    /// @param byteOffset where the structure starts in it
    /// @return this
    /// @throws InvalidValueException when the structure does not fit there
    public PrimaryControllerCapabilitiesView wrap(MemorySegment segment, long byteOffset) {
        place("Primary Controller Capabilities", segment, byteOffset, BYTES);
        return this;
    }

    /// {@return controller identifier (CNTLID) of the primary controller}
    public int controllerId() {
        return unsigned16(CNTLID_OFFSET);
    }

    /// Sets the controller identifier (CNTLID) of the primary controller.
    ///
    /// @param value 16 bits
    /// @return this
    public PrimaryControllerCapabilitiesView controllerId(int value) {
        set16(CNTLID_OFFSET, value);
        return this;
    }

    /// {@return port identifier (PORTID)}
    public int portId() {
        return unsigned16(PORTID_OFFSET);
    }

    /// Sets the port identifier (PORTID).
    ///
    /// @param value 16 bits
    /// @return this
    public PrimaryControllerCapabilitiesView portId(int value) {
        set16(PORTID_OFFSET, value);
        return this;
    }

    /// {@return controller resource types (CRT): bit 0 queues, bit 1 interrupts}
    public int resourceTypes() {
        return unsigned8(CRT_OFFSET);
    }

    /// Sets the controller resource types (CRT): bit 0 queues, bit 1 interrupts.
    ///
    /// @param value 8 bits
    /// @return this
    public PrimaryControllerCapabilitiesView resourceTypes(int value) {
        set8(CRT_OFFSET, value);
        return this;
    }

    /// {@return flexible queue resources of the primary and all its secondary controllers (VQFRT), unsigned}
    public long queueTotal() {
        return unsigned32(VQFRT_OFFSET);
    }

    /// Sets the flexible queue resources of the primary and all its secondary controllers (VQFRT).
    ///
    /// @param value 32 bits
    /// @return this
    public PrimaryControllerCapabilitiesView queueTotal(long value) {
        set32(VQFRT_OFFSET, value);
        return this;
    }

    /// {@return flexible queue resources that secondary controllers have (VQRFA), unsigned}
    public long queueAssigned() {
        return unsigned32(VQRFA_OFFSET);
    }

    /// Sets the flexible queue resources that secondary controllers have (VQRFA).
    ///
    /// @param value 32 bits
    /// @return this
    public PrimaryControllerCapabilitiesView queueAssigned(long value) {
        set32(VQRFA_OFFSET, value);
        return this;
    }

    /// {@return flexible queue resources that the primary controller has (VQRFAP)}
    public int queuePrimaryAllocated() {
        return unsigned16(VQRFAP_OFFSET);
    }

    /// Sets the flexible queue resources that the primary controller has (VQRFAP).
    ///
    /// @param value 16 bits
    /// @return this
    public PrimaryControllerCapabilitiesView queuePrimaryAllocated(int value) {
        set16(VQRFAP_OFFSET, value);
        return this;
    }

    /// {@return private queue resources of the primary controller (VQPRT)}
    public int queuePrimaryPrivate() {
        return unsigned16(VQPRT_OFFSET);
    }

    /// Sets the private queue resources of the primary controller (VQPRT).
    ///
    /// @param value 16 bits
    /// @return this
    public PrimaryControllerCapabilitiesView queuePrimaryPrivate(int value) {
        set16(VQPRT_OFFSET, value);
        return this;
    }

    /// {@return most flexible queue resources of one secondary controller (VQFRSM)}
    public int queueSecondaryMaximum() {
        return unsigned16(VQFRSM_OFFSET);
    }

    /// Sets the most flexible queue resources of one secondary controller (VQFRSM).
    ///
    /// @param value 16 bits
    /// @return this
    public PrimaryControllerCapabilitiesView queueSecondaryMaximum(int value) {
        set16(VQFRSM_OFFSET, value);
        return this;
    }

    /// {@return granularity of flexible queue resources (VQGRAN)}
    public int queueGranularity() {
        return unsigned16(VQGRAN_OFFSET);
    }

    /// Sets the granularity of flexible queue resources (VQGRAN).
    ///
    /// @param value 16 bits
    /// @return this
    public PrimaryControllerCapabilitiesView queueGranularity(int value) {
        set16(VQGRAN_OFFSET, value);
        return this;
    }

    /// {@return flexible interrupt resources of the primary and all its secondary controllers (VIFRT), unsigned}
    public long interruptTotal() {
        return unsigned32(VIFRT_OFFSET);
    }

    /// Sets the flexible interrupt resources of the primary and all its secondary controllers (VIFRT).
    ///
    /// @param value 32 bits
    /// @return this
    public PrimaryControllerCapabilitiesView interruptTotal(long value) {
        set32(VIFRT_OFFSET, value);
        return this;
    }

    /// {@return flexible interrupt resources that secondary controllers have (VIRFA), unsigned}
    public long interruptAssigned() {
        return unsigned32(VIRFA_OFFSET);
    }

    /// Sets the flexible interrupt resources that secondary controllers have (VIRFA).
    ///
    /// @param value 32 bits
    /// @return this
    public PrimaryControllerCapabilitiesView interruptAssigned(long value) {
        set32(VIRFA_OFFSET, value);
        return this;
    }

    /// {@return flexible interrupt resources that the primary controller has (VIRFAP)}
    public int interruptPrimaryAllocated() {
        return unsigned16(VIRFAP_OFFSET);
    }

    /// Sets the flexible interrupt resources that the primary controller has (VIRFAP).
    ///
    /// @param value 16 bits
    /// @return this
    public PrimaryControllerCapabilitiesView interruptPrimaryAllocated(int value) {
        set16(VIRFAP_OFFSET, value);
        return this;
    }

    /// {@return private interrupt resources of the primary controller (VIPRT)}
    public int interruptPrimaryPrivate() {
        return unsigned16(VIPRT_OFFSET);
    }

    /// Sets the private interrupt resources of the primary controller (VIPRT).
    ///
    /// @param value 16 bits
    /// @return this
    public PrimaryControllerCapabilitiesView interruptPrimaryPrivate(int value) {
        set16(VIPRT_OFFSET, value);
        return this;
    }

    /// {@return most flexible interrupt resources of one secondary controller (VIFRSM)}
    public int interruptSecondaryMaximum() {
        return unsigned16(VIFRSM_OFFSET);
    }

    /// Sets the most flexible interrupt resources of one secondary controller (VIFRSM).
    ///
    /// @param value 16 bits
    /// @return this
    public PrimaryControllerCapabilitiesView interruptSecondaryMaximum(int value) {
        set16(VIFRSM_OFFSET, value);
        return this;
    }

    /// {@return granularity of flexible interrupt resources (VIGRAN)}
    public int interruptGranularity() {
        return unsigned16(VIGRAN_OFFSET);
    }

    /// Sets the granularity of flexible interrupt resources (VIGRAN).
    ///
    /// @param value 16 bits
    /// @return this
    public PrimaryControllerCapabilitiesView interruptGranularity(int value) {
        set16(VIGRAN_OFFSET, value);
        return this;
    }
}
