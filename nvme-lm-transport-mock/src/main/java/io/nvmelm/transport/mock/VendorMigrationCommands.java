package io.nvmelm.transport.mock;

import io.nvmelm.nvme.AdminOpcode;
import io.nvmelm.nvme.StatusCode;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/// The vendor specific commands that were proposed for Linux in December 2022, on the controlling controller: query of
/// the size, suspend, resume, save and load. A controller is named by the number of its virtual function, from 1. What
/// the proposal leaves open is decided in [UncertainReadings].
///
/// The state is one block for each controller, without a format that a host needs to know:
///
/// ```
///   0   magic "NVMELM22"   8  bytes in all   12  CRC-32 of everything from 16 on
///   16  Controller State with the NVMe Controller State of version 0 and vendor specific data, see VendorState
/// ```
final class VendorMigrationCommands {
    private static final long MAGIC = 0x32324D4C_454D564EL;
    private static final int SIZE_OFFSET = 8;
    private static final int CRC_OFFSET = 12;
    private static final int HEADER_BYTES = 16;
    private static final int STATE_VERSION = 0;

    private static final ValueLayout.OfInt DWORD =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfLong QUADWORD =
            ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final InMemorySubsystem subsystem;
    private final SubsystemConfiguration configuration;

    VendorMigrationCommands(InMemorySubsystem subsystem, SubsystemConfiguration configuration) {
        this.subsystem = subsystem;
        this.configuration = configuration;
    }

    void execute(AdminOpcode opcode, Command command) {
        var target = target(command);
        if (target == null) {
            command.fail(UncertainReadings.UNKNOWN_VIRTUAL_FUNCTION);
            return;
        }
        switch (opcode) {
            case VENDOR_QUERY_STATE_SIZE -> command.succeed((int) (HEADER_BYTES + state(target).byteSize()));
            case VENDOR_SUSPEND -> target.suspension().suspend(command, false);
            case VENDOR_RESUME -> resume(command, target);
            case VENDOR_SAVE_STATE -> save(command, target);
            default -> load(command, target);
        }
    }

    private static void resume(Command command, InMemoryController target) {
        if (target.suspension().isSuspended()) {
            target.suspension().resume();
            command.succeed();
        } else {
            command.fail(UncertainReadings.RUNS_WITH_VENDOR_COMMANDS);
        }
    }

    private void save(Command command, InMemoryController target) {
        if (!target.suspension().isSuspended()) {
            command.fail(UncertainReadings.RUNS_WITH_VENDOR_COMMANDS);
            return;
        }
        var state = state(target);
        long byteSize = HEADER_BYTES + state.byteSize();
        if (byteSize > configuration.maximumDataBytes()) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        var status = command.bindData(byteSize);
        if (status != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(status);
            return;
        }
        var header = MemorySegment.ofArray(new byte[HEADER_BYTES]);
        header.set(QUADWORD, 0, MAGIC);
        header.set(DWORD, SIZE_OFFSET, (int) byteSize);
        header.set(DWORD, CRC_OFFSET, checksum(state));
        command.writeHost(0, header, 0, HEADER_BYTES);
        command.writeHost(HEADER_BYTES, state, 0, state.byteSize());
        command.succeed();
    }

    private void load(Command command, InMemoryController target) {
        long byteSize = CommandSizes.vendorLoad(command.entry);
        if (byteSize == 0
                || byteSize > configuration.maximumDataBytes()
                || byteSize > configuration.maximumStateBytes()) {
            command.fail(StatusCode.INVALID_FIELD_IN_COMMAND);
            return;
        }
        if (!target.suspension().isSuspended()) {
            command.fail(UncertainReadings.RUNS_WITH_VENDOR_COMMANDS);
            return;
        }
        var status = command.bindData(byteSize);
        if (status != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(status);
            return;
        }
        var bytes = MemorySegment.ofArray(new byte[(int) byteSize]);
        command.readHost(0, bytes, 0, byteSize);
        if (!isIntact(bytes)) {
            command.fail(UncertainReadings.FOREIGN_VENDOR_BLOCK);
            return;
        }
        var commit = new ControllerStateCommit(configuration, target, bytes.asSlice(HEADER_BYTES), 1, 1);
        if (commit.verify() != StatusCode.SUCCESSFUL_COMPLETION) {
            command.fail(UncertainReadings.FOREIGN_VENDOR_BLOCK);
            return;
        }
        commit.apply();
        command.succeed();
    }

    private static boolean isIntact(MemorySegment bytes) {
        return bytes.byteSize() > HEADER_BYTES
                && bytes.get(QUADWORD, 0) == MAGIC
                && bytes.get(DWORD, SIZE_OFFSET) == bytes.byteSize()
                && bytes.get(DWORD, CRC_OFFSET) == checksum(bytes.asSlice(HEADER_BYTES));
    }

    private static MemorySegment state(InMemoryController target) {
        return target.snapshot().take(STATE_VERSION, true, target.suspension().isSuspended());
    }

    /// {@return the migratable controller whose virtual function CDW10 15:0 names; null where there is none}
    private @Nullable InMemoryController target(Command command) {
        return subsystem.migratable(configuration.firstMigratableId() + (command.entry.cdw10() & 0xFFFF) - 1);
    }

    private static int checksum(MemorySegment bytes) {
        var crc = new CRC32();
        crc.update(bytes.toArray(ValueLayout.JAVA_BYTE));
        return (int) crc.getValue();
    }
}
