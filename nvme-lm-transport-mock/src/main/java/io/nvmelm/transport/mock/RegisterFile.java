package io.nvmelm.transport.mock;

import static io.nvmelm.transport.mock.NvmRegisters.*;

import io.nvmelm.ControllerRegisters;

/// Controller properties of one controller (Base 2.3 clause 3.1.4) and what writing them does: enable, disable,
/// shutdown, interrupt masks. Guarded by the lock of the world.
final class RegisterFile {
    private static final long READY_TIMEOUT = 20;
    private static final int MAXIMUM_PAGE_EXPONENT = 4;
    private static final int SHUTDOWN_COMPLETE = 2;
    private static final int SHUTDOWN_UNDER_WAY = 1;
    private static final int MASKABLE_VECTORS = 32;

    private final InMemoryController controller;
    private final long capabilities;
    private final int version;
    private int configuration;
    private int status;
    private int adminQueueAttributes;
    private long adminSubmissionBase;
    private long adminCompletionBase;
    private int interruptMask;
    /// Vectors that wanted to interrupt while they were masked.
    private int pendingInterrupts;

    RegisterFile(InMemoryController controller, SubsystemConfiguration configuration) {
        this.controller = controller;
        this.version = configuration.identity().nvmeVersion();
        this.capabilities = configuration.maximumQueueEntries() - 1
                | CAP_CQR_BIT
                | READY_TIMEOUT << CAP_TO_SHIFT
                | CAP_CSS_NVM_BIT
                | (long) MAXIMUM_PAGE_EXPONENT << CAP_MPSMAX_SHIFT
                | CAP_CRWMS_BIT;
    }

    boolean isEnabled() {
        return (configuration & CC_EN_BIT) != 0;
    }

    boolean isReady() {
        return (status & CSTS_RDY_BIT) != 0;
    }

    /// {@return whether commands may be fetched as far as properties are concerned}
    boolean isOperating() {
        return isReady() && (status & CSTS_CFS_BIT) == 0 && shutdownStatus() == 0 && controller.online();
    }

    int pageBytes() {
        return pageBytes(configuration);
    }

    /// {@return whether the host has chosen the only entry sizes there are}
    boolean hasEntrySizes() {
        return field(configuration, CC_IOSQES_SHIFT, CC_ENTRY_SIZE_MASK) == 6
                && field(configuration, CC_IOCQES_SHIFT, CC_ENTRY_SIZE_MASK) == 4;
    }

    /// {@return 32 bits at an offset; 0 where there is nothing} An offline controller shows CSTS.CFS and nothing else.
    int read32(long offset) {
        if (!controller.online()) {
            return (offset & ~3L) == CSTS ? CSTS_CFS_BIT : 0;
        }
        return (int) switch ((int) Math.min(offset & ~3L, DOORBELLS)) {
            case (int) CAP -> capabilities;
            case (int) CAP + 4 -> capabilities >>> 32;
            case (int) VS -> version;
            case (int) INTMS, (int) INTMC -> interruptMask;
            case (int) CC -> configuration;
            case (int) CSTS -> status;
            case (int) AQA -> adminQueueAttributes;
            case (int) ASQ -> adminSubmissionBase;
            case (int) ASQ + 4 -> adminSubmissionBase >>> 32;
            case (int) ACQ -> adminCompletionBase;
            case (int) ACQ + 4 -> adminCompletionBase >>> 32;
            case (int) CRTO -> READY_TIMEOUT;
            default -> 0;
        };
    }

    /// {@return what a host asks for first}
    ControllerRegisters read() {
        return new ControllerRegisters(capabilities, version, configuration, status);
    }

    /// Writes 32 bits. What is read only, unknown or not aligned is not written.
    void write32(long offset, int value) {
        if ((offset & 3) != 0 || offset < 0 || offset >= DOORBELLS) {
            return;
        }
        switch ((int) offset) {
            case (int) INTMS -> interruptMask |= value;
            case (int) INTMC -> unmask(value);
            case (int) CC -> configure(value);
            case (int) AQA -> adminQueueAttributes =
                    value & (AQA_SIZE_MASK << AQA_ACQS_SHIFT | AQA_SIZE_MASK << AQA_ASQS_SHIFT);
            case (int) ASQ -> adminSubmissionBase = low(adminSubmissionBase, value);
            case (int) ASQ + 4 -> adminSubmissionBase = high(adminSubmissionBase, value);
            case (int) ACQ -> adminCompletionBase = low(adminCompletionBase, value);
            case (int) ACQ + 4 -> adminCompletionBase = high(adminCompletionBase, value);
            default -> {
                // read only, reserved, or not supported (NSSR)
            }
        }
    }

    private void configure(int value) {
        boolean wasEnabled = isEnabled();
        if (wasEnabled && (value & CC_EN_BIT) == 0) {
            controller.controllerLevelReset(false);
            configuration = value;
            return;
        }
        int shutdownBefore = field(configuration, CC_SHN_SHIFT, CC_SHN_MASK);
        configuration = value;
        if (!wasEnabled && isEnabled()) {
            enable();
        }
        if (shutdownBefore == 0 && field(value, CC_SHN_SHIFT, CC_SHN_MASK) != 0) {
            shutdownStatus(SHUTDOWN_UNDER_WAY);
            if (controller.engine().isDrained()) {
                drained();
            }
        }
    }

    private void enable() {
        if (!isValidToEnable(save())) {
            status |= CSTS_CFS_BIT;
            return;
        }
        // No queue outlives an initialization, also none that a state brought before: see UncertainReadings
        controller.engine().reset();
        var completions =
                new CompletionQueue(0, adminCompletionBase, adminCompletionSlots(adminQueueAttributes), true, 0);
        controller.engine().installAdminQueues(
                new SubmissionQueue(
                        0, adminSubmissionBase, adminSubmissionSlots(adminQueueAttributes), completions, 0),
                completions);
        // Ready also while suspended, which the standard leaves to the implementation: see UncertainReadings
        status |= CSTS_RDY_BIT;
    }

    /// {@return whether AQA, ASQ, ACQ and CC are such that a controller can be ready}
    static boolean isValidToEnable(VendorState.Properties properties) {
        int cc = properties.configuration();
        int page = pageBytes(cc);
        return field(cc, CC_MPS_SHIFT, CC_MPS_MASK) <= MAXIMUM_PAGE_EXPONENT
                && field(cc, CC_CSS_SHIFT, CC_CSS_MASK) == 0
                && field(cc, CC_AMS_SHIFT, CC_AMS_MASK) == 0
                && adminSubmissionSlots(properties.adminQueueAttributes()) > 1
                && adminCompletionSlots(properties.adminQueueAttributes()) > 1
                && (properties.adminSubmissionBase() & page - 1) == 0
                && (properties.adminCompletionBase() & page - 1) == 0;
    }

    static int adminSubmissionSlots(int attributes) {
        return field(attributes, AQA_ASQS_SHIFT, AQA_SIZE_MASK) + 1;
    }

    static int adminCompletionSlots(int attributes) {
        return field(attributes, AQA_ACQS_SHIFT, AQA_SIZE_MASK) + 1;
    }

    static int pageBytes(int configuration) {
        return SubsystemConfiguration.MINIMUM_PAGE_BYTES << field(configuration, CC_MPS_SHIFT, CC_MPS_MASK);
    }

    /// Nothing that was fetched is left: a shutdown is complete.
    void drained() {
        if (shutdownStatus() == SHUTDOWN_UNDER_WAY) {
            shutdownStatus(SHUTDOWN_COMPLETE);
        }
    }

    boolean isFatal() {
        return (status & CSTS_CFS_BIT) != 0;
    }

    void fatal() {
        status |= CSTS_CFS_BIT;
    }

    /// Values after a reset of the controller.
    ///
    /// @param ofFunction whether AQA, ASQ and ACQ are lost too, which a Controller Reset by CC.EN keeps (Base 2.3
    ///                   clause 3.7.2)
    void reset(boolean ofFunction) {
        configuration = 0;
        status = 0;
        interruptMask = 0;
        pendingInterrupts = 0;
        if (ofFunction) {
            adminQueueAttributes = 0;
            adminSubmissionBase = 0;
            adminCompletionBase = 0;
        }
    }

    /// Raises an interrupt, now or when it is unmasked.
    void raise(int vector) {
        if (vector < MASKABLE_VECTORS && (interruptMask >>> vector & 1) != 0) {
            pendingInterrupts |= 1 << vector;
        } else {
            controller.port().interrupt(vector);
        }
    }

    /// Raises the interrupts that are pending and not masked, unless the controller has to keep quiet.
    void deliverPendingInterrupts() {
        if (controller.suspension().isSuspended() || !controller.online()) {
            return;
        }
        int deliverable = pendingInterrupts & ~interruptMask;
        pendingInterrupts &= interruptMask;
        for (int vector = 0; vector < MASKABLE_VECTORS; vector++) {
            if ((deliverable >>> vector & 1) != 0) {
                controller.port().interrupt(vector);
            }
        }
    }

    private void unmask(int vectors) {
        interruptMask &= ~vectors;
        deliverPendingInterrupts();
    }

    /// {@return what the vendor specific state carries of the properties}
    VendorState.Properties save() {
        return new VendorState.Properties(
                configuration,
                status,
                interruptMask,
                pendingInterrupts,
                adminQueueAttributes,
                adminSubmissionBase,
                adminCompletionBase);
    }

    /// Takes over properties as they are, without what writing them would do. A fatal status is that of this controller, which nothing
    /// but a reset ends.
    void restore(VendorState.Properties saved) {
        configuration = saved.configuration();
        status = saved.status() | (status & CSTS_CFS_BIT);
        interruptMask = saved.interruptMask();
        pendingInterrupts = saved.pendingInterrupts();
        adminQueueAttributes = saved.adminQueueAttributes();
        adminSubmissionBase = saved.adminSubmissionBase();
        adminCompletionBase = saved.adminCompletionBase();
    }

    private int shutdownStatus() {
        return field(status, CSTS_SHST_SHIFT, CSTS_SHST_MASK);
    }

    private void shutdownStatus(int value) {
        status = (status & ~(CSTS_SHST_MASK << CSTS_SHST_SHIFT)) | value << CSTS_SHST_SHIFT;
    }

    private static int field(int word, int shift, int mask) {
        return word >>> shift & mask;
    }

    private static long low(long old, int value) {
        return (old & ~0xFFFF_FFFFL) | Integer.toUnsignedLong(value);
    }

    private static long high(long old, int value) {
        return (old & 0xFFFF_FFFFL) | (long) value << 32;
    }
}
