package io.nvmelm.transport.mock;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// Vendor specific part of a controller state: what version 0 of the NVMe Controller State leaves out. Named by
/// [InMemorySubsystem#VENDOR_STATE_UUID].
///
/// ```
///   0   magic "NVMELMVS"              8  version 1, reserved    12 bytes in all
///   16  CC   20 CSTS   24 INTMS       28 pending interrupts
///   32  AQA  36 reserved              40 ASQ   48 ACQ
///   56  admin SQ head, tail           60 admin CQ head, tail
///   64  phase of the next admin completion    66 outstanding requests   68 pending events   70 vectors
///   72  arbitration                   76 submission, completion queues allocated
///   80  interrupt coalescing          84 asynchronous event configuration
///   88  masked event types            92 log page of each type, 8 bytes
///   100 bytes of padding
///   104 command identifiers (2 bytes each), events (4), coalescing disabled for each vector (1), padding, zeros up to
///   a multiple of 4, CRC-32 of everything before
/// ```
///
/// @param properties     controller properties
/// @param adminQueues    indices of the admin queues; zero where there are none
/// @param features       feature values
/// @param events         asynchronous events
/// @param paddingBytes   bytes without meaning
record VendorState(
        Properties properties, AdminQueues adminQueues, FeatureValues features, Events events, int paddingBytes) {

    private static final long MAGIC = 0x53564D4C_454D564EL;
    private static final int FORMAT_VERSION = 1;
    private static final int FIXED_BYTES = 104;
    private static final int CRC_BYTES = 4;
    private static final int EVENT_TYPES = 8;

    /// Controller properties as they stand.
    ///
    /// @param configuration        CC
    /// @param status               CSTS
    /// @param interruptMask        INTMS
    /// @param pendingInterrupts    vectors that are masked and want to interrupt
    /// @param adminQueueAttributes AQA
    /// @param adminSubmissionBase  ASQ
    /// @param adminCompletionBase  ACQ
    record Properties(
            int configuration,
            int status,
            int interruptMask,
            int pendingInterrupts,
            int adminQueueAttributes,
            long adminSubmissionBase,
            long adminCompletionBase) {

        boolean isReady() {
            return (status & NvmRegisters.CSTS_RDY_BIT) != 0;
        }
    }

    /// Indices of the admin queues.
    ///
    /// @param submissionHead head of the submission queue
    /// @param submissionTail its tail
    /// @param completionHead head of the completion queue
    /// @param completionTail its tail
    /// @param nextPhase      phase of the next completion
    record AdminQueues(
            int submissionHead, int submissionTail, int completionHead, int completionTail, boolean nextPhase) {}

    /// Feature values.
    ///
    /// @param arbitration         feature 01h
    /// @param submissionQueues    submission queues allocated, feature 07h
    /// @param completionQueues    completion queues allocated, feature 07h
    /// @param interruptCoalescing feature 08h
    /// @param eventConfiguration  feature 0Bh
    /// @param coalescingDisabled  feature 09h, for each vector
    @SuppressWarnings("ArrayRecordComponent") // private to the codec of this class, never compared
    record FeatureValues(
            int arbitration,
            int submissionQueues,
            int completionQueues,
            int interruptCoalescing,
            int eventConfiguration,
            boolean[] coalescingDisabled) {}

    /// Asynchronous events.
    ///
    /// @param maskedTypes   a bit for each type that was reported and not read
    /// @param logPageOfType log page whose reading unmasks a type
    /// @param pending       events that were not reported
    /// @param outstanding   command identifiers of outstanding requests, oldest first
    @SuppressWarnings("ArrayRecordComponent") // private to the codec of this class, never compared
    record Events(int maskedTypes, int[] logPageOfType, int[] pending, int[] outstanding) {}

    /// {@return the bytes, a multiple of 4}
    byte[] encode() {
        int variable = events.outstanding().length * Short.BYTES
                + events.pending().length * Integer.BYTES
                + features.coalescingDisabled().length
                + paddingBytes;
        int size = (FIXED_BYTES + variable + 3 & ~3) + CRC_BYTES;
        var out = ByteBuffer.allocate(size).order(ByteOrder.LITTLE_ENDIAN);
        out.putLong(MAGIC).putShort((short) FORMAT_VERSION).putShort((short) 0).putInt(size);
        out.putInt(properties.configuration())
                .putInt(properties.status())
                .putInt(properties.interruptMask())
                .putInt(properties.pendingInterrupts())
                .putInt(properties.adminQueueAttributes())
                .putInt(0)
                .putLong(properties.adminSubmissionBase())
                .putLong(properties.adminCompletionBase());
        out.putShort((short) adminQueues.submissionHead())
                .putShort((short) adminQueues.submissionTail())
                .putShort((short) adminQueues.completionHead())
                .putShort((short) adminQueues.completionTail())
                .putShort((short) (adminQueues.nextPhase() ? 1 : 0))
                .putShort((short) events.outstanding().length)
                .putShort((short) events.pending().length)
                .putShort((short) features.coalescingDisabled().length);
        out.putInt(features.arbitration())
                .putShort((short) features.submissionQueues())
                .putShort((short) features.completionQueues())
                .putInt(features.interruptCoalescing())
                .putInt(features.eventConfiguration())
                .putInt(events.maskedTypes());
        for (int logPage : events.logPageOfType()) {
            out.put((byte) logPage);
        }
        out.putInt(paddingBytes);
        putVariable(out);
        out.position(size - CRC_BYTES);
        out.putInt(checksum(out.array(), size - CRC_BYTES));
        return out.array();
    }

    private void putVariable(ByteBuffer out) {
        for (int commandId : events.outstanding()) {
            out.putShort((short) commandId);
        }
        for (int event : events.pending()) {
            out.putInt(event);
        }
        for (boolean disabled : features.coalescingDisabled()) {
            out.put((byte) (disabled ? 1 : 0));
        }
        for (int i = 0; i < paddingBytes; i++) {
            out.put((byte) ((i * 31) >>> 3));
        }
    }

    /// {@return what the bytes say; null when they are not a vendor specific state of this format, or damaged}
    static @Nullable VendorState decode(byte[] bytes) {
        if (bytes.length < FIXED_BYTES + CRC_BYTES) {
            return null;
        }
        var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int end = bytes.length - CRC_BYTES;
        if (in.getLong() != MAGIC
                || in.getShort() != FORMAT_VERSION
                || in.getShort() != 0
                || in.getInt() != bytes.length
                || in.getInt(end) != checksum(bytes, end)) {
            return null;
        }
        int cc = in.getInt();
        int csts = in.getInt();
        int mask = in.getInt();
        int pendingInterrupts = in.getInt();
        int aqa = in.getInt();
        in.getInt();
        var properties = new Properties(cc, csts, mask, pendingInterrupts, aqa, in.getLong(), in.getLong());
        var adminQueues = new AdminQueues(unsigned(in), unsigned(in), unsigned(in), unsigned(in), unsigned(in) != 0);
        int[] outstanding = new int[unsigned(in)];
        int[] pending = new int[unsigned(in)];
        boolean[] coalescingDisabled = new boolean[unsigned(in)];
        int arbitration = in.getInt();
        int submissionQueues = unsigned(in);
        int completionQueues = unsigned(in);
        int interruptCoalescing = in.getInt();
        int eventConfiguration = in.getInt();
        int maskedTypes = in.getInt();
        int[] logPages = new int[EVENT_TYPES];
        for (int i = 0; i < EVENT_TYPES; i++) {
            logPages[i] = in.get() & 0xFF;
        }
        int padding = in.getInt();
        long variable = (long) outstanding.length * Short.BYTES
                + (long) pending.length * Integer.BYTES
                + coalescingDisabled.length
                + Integer.toUnsignedLong(padding);
        if ((FIXED_BYTES + variable + 3 & ~3L) != end) {
            return null;
        }
        for (int i = 0; i < outstanding.length; i++) {
            outstanding[i] = unsigned(in);
        }
        for (int i = 0; i < pending.length; i++) {
            pending[i] = in.getInt();
        }
        for (int i = 0; i < coalescingDisabled.length; i++) {
            coalescingDisabled[i] = in.get() != 0;
        }
        return new VendorState(
                properties,
                adminQueues,
                new FeatureValues(
                        arbitration,
                        submissionQueues,
                        completionQueues,
                        interruptCoalescing,
                        eventConfiguration,
                        coalescingDisabled),
                new Events(maskedTypes, logPages, pending, outstanding),
                padding);
    }

    private static int unsigned(ByteBuffer in) {
        return Short.toUnsignedInt(in.getShort());
    }

    private static int checksum(byte[] bytes, int length) {
        var crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }
}
