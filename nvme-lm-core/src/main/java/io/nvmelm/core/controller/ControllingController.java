package io.nvmelm.core.controller;

import io.nvmelm.CapabilityMissingException;
import io.nvmelm.CommandFailedException;
import io.nvmelm.InvalidValueException;
import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigrationUnsupportedException;
import io.nvmelm.TransferOptions;
import io.nvmelm.core.codec.IdentifyControllerCodec;
import io.nvmelm.core.codec.IdentifyNvmControllerView;
import io.nvmelm.core.codec.PrimaryControllerCapabilitiesCodec;
import io.nvmelm.core.codec.SecondaryControllerListCodec;
import io.nvmelm.core.codec.SupportedStateFormatsCodec;
import io.nvmelm.nvme.IdentifyCommand;
import io.nvmelm.nvme.IdentifyController;
import io.nvmelm.nvme.PrimaryControllerCapabilities;
import io.nvmelm.nvme.SecondaryController;
import io.nvmelm.nvme.StateFormat;
import io.nvmelm.nvme.StatusCode;
import io.nvmelm.nvme.SupportedStateFormats;
import io.nvmelm.spi.AdminTransport;
import java.lang.foreign.MemorySegment;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// The migration management controller: the one that takes the commands by which other controllers of its subsystem are migrated
/// (Base 2.3 clause 8.1.13). Cannot be migrated itself.
///
/// Opening reads who it is and what it can; a controller without live migration opens too and says why it cannot help. Thread-safe.
/// Does not own its transport.
public final class ControllingController {
    /// Most entries in one Secondary Controller List.
    private static final int LIST_ENTRIES = 127;
    /// MDTS counts in the minimum page size of the controller. 4 KiB is the smallest there is, so assuming it is always safe.
    private static final long MINIMUM_PAGE_BYTES = 4096;
    /// CNS 06h, Identify Controller of the NVM Command Set.
    private static final int NVM_COMMAND_SET_CONTROLLER = 0x06;
    /// Largest controller identifier that names a controller (Base 2.3 fig. 328, CNTLID).
    private static final int LARGEST_CONTROLLER_ID = 0xFFEF;

    private final CommandPort port;
    private final TransferOptions options;
    private final IdentifyController identity;
    private final SupportedStateFormats formats;
    private final List<String> unsupportedReasons;
    private final long maximumTransferBytes;
    private final int pieceBytes;
    /// LBAMQF, once it was asked for.
    private volatile @Nullable Integer migrationQueueFormat;

    private ControllingController(
            CommandPort port,
            TransferOptions options,
            IdentifyController identity,
            SupportedStateFormats formats,
            List<String> unsupportedReasons) {
        this.port = port;
        this.options = options;
        this.identity = identity;
        this.formats = formats;
        this.unsupportedReasons = unsupportedReasons;
        this.maximumTransferBytes = Math.min(
                port.transport().limits().maximumTransferBytes(), identity.maximumTransferBytes(MINIMUM_PAGE_BYTES));
        this.pieceBytes = (int) Math.min(options.pieceBytes(), maximumTransferBytes) & ~3;
    }

    /// Opens the controller behind a transport with [TransferOptions#defaults()]. Blocks for two Identify commands.
    ///
    /// @param transport way to the controller; stays the caller's
    /// @return the controller, whether or not it supports live migration
    /// @throws LiveMigrationException when Identify Controller failed
    public static ControllingController open(AdminTransport transport) {
        return open(transport, TransferOptions.defaults());
    }

    /// Opens the controller behind a transport. Blocks for two Identify commands.
    ///
    /// @param transport way to the controller; stays the caller's
    /// @param options   deadlines and sizes for it and for the controllers it migrates
    /// @return the controller, whether or not it supports live migration
    /// @throws LiveMigrationException when Identify Controller failed
    public static ControllingController open(AdminTransport transport, TransferOptions options) {
        var port = new CommandPort(transport);
        try (var reader = new IdentifyReader(port, options)) {
            return open(port, options, reader);
        }
    }

    private static ControllingController open(CommandPort port, TransferOptions options, IdentifyReader reader) {
        var identity =
                reader.read(IdentifyCommand.of(IdentifyCommand.CONTROLLER), IdentifyControllerCodec::decode);
        var reasons = new ArrayList<String>();
        var formats = new SupportedStateFormats(List.of(), List.of());
        if (identity.hostManagedLiveMigration()) {
            try {
                formats = reader.read(
                        IdentifyCommand.of(IdentifyCommand.SUPPORTED_CONTROLLER_STATE_FORMATS),
                        SupportedStateFormatsCodec::decode);
                if (formats.versions().isEmpty() && formats.uuids().isEmpty()) {
                    reasons.add("it lists no controller state format (Identify CNS 20h)");
                }
            } catch (CommandFailedException | InvalidValueException e) {
                reasons.add("its list of controller state formats cannot be read (Identify CNS 20h): " + e
                        .getMessage());
            }
        } else {
            reasons.add("it does not announce host managed live migration (OACS bit 11 is 0)");
        }
        return new ControllingController(port, options, identity, formats, List.copyOf(reasons));
    }

    /// {@return what sends Identify commands} The caller closes it.
    IdentifyReader identifyReader() {
        return new IdentifyReader(port, options);
    }

    /// Executes one Identify command and decodes its data.
    private <T> T identify(IdentifyCommand command, Function<MemorySegment, T> decoder) {
        try (var reader = identifyReader()) {
            return reader.read(command, decoder);
        }
    }

    /// {@return the format of entries of a User Data Migration Queue (LBAMQF, Identify CNS 06h)} Asked for once. A controller that does
    /// not know that structure has entries of type 0, the only ones that the standard defines.
    int migrationQueueFormat() {
        var known = migrationQueueFormat;
        if (known == null) {
            try {
                known = identify(
                        IdentifyCommand.of(NVM_COMMAND_SET_CONTROLLER),
                        data -> new IdentifyNvmControllerView().wrap(data, 0).migrationQueueFormat());
            } catch (CommandFailedException e) {
                if (!e.status().is(StatusCode.INVALID_FIELD_IN_COMMAND)) {
                    throw e;
                }
                known = IdentifyNvmControllerView.ENTRY_TYPE_0;
            }
            migrationQueueFormat = known;
        }
        return known;
    }

    /// {@return what Identify Controller said when this was opened}
    public IdentifyController identity() {
        return identity;
    }

    /// {@return formats in which it reads and writes controller state, as it lists them; empty lists when it supports none}
    public SupportedStateFormats formats() {
        return formats;
    }

    /// {@return every reason why it cannot migrate controllers, one sentence each; empty when it can}
    public List<String> unsupportedReasons() {
        return unsupportedReasons;
    }

    /// Refuses a controller that cannot migrate others.
    ///
    /// @return this
    /// @throws MigrationUnsupportedException with every reason
    public ControllingController requireSupported() {
        if (!unsupportedReasons.isEmpty()) {
            throw (MigrationUnsupportedException) new MigrationUnsupportedException(unsupportedReasons).at(name(identity
                    .controllerId()), null);
        }
        return this;
    }

    /// {@return deadlines and sizes for it and for the controllers it migrates}
    public TransferOptions options() {
        return options;
    }

    /// {@return the most commands under way at the same time through its transport}
    public int maximumCommandsInFlight() {
        return port.transport().limits().maximumCommandsInFlight();
    }

    /// {@return why its transport has no memory that a controller can keep writing into; empty when it has}
    public Optional<String> ringMemoryUnavailable() {
        return port.transport().limits().ringMemoryUnavailable();
    }

    /// {@return bytes that one command moves: the smallest of the transport's limit, MDTS and the option}
    public int pieceBytes() {
        return pieceBytes;
    }

    /// {@return how long so many commands take one after the other, by those measured so far; zero before the first} Does not block.
    ///
    /// @param commands how many, 0 or more
    public Duration estimatedTime(long commands) {
        return Duration.ofNanos(commands * port.typicalNanos());
    }

    /// {@return most bytes that one command can move, whatever the options say}
    long maximumTransferBytes() {
        return maximumTransferBytes;
    }

    /// Formats by content, best first: the highest version with the vendor specific data beside it that carries what the version
    /// leaves out, then that version alone, then the lower ones.
    ///
    /// @return every combination that it can read and write
    public List<StateFormat> stateFormats() {
        var result = new ArrayList<StateFormat>();
        var versions = formats.versions().stream().distinct().sorted((a, b) -> b - a).toList();
        var uuids = formats.uuids().stream().distinct().toList();
        for (int version : versions) {
            for (var uuid : uuids) {
                result.add(StateFormat.of(version, uuid));
            }
            result.add(StateFormat.ofVersion(version));
        }
        for (var uuid : uuids) {
            result.add(StateFormat.ofVendor(uuid));
        }
        return List.copyOf(result);
    }

    /// Reads the list of its secondary controllers. Blocks for one Identify command for each 127 of them.
    ///
    /// @return the entries in order of controller identifier
    /// @throws LiveMigrationException when a command failed or the list is not in order
    public List<SecondaryController> secondaryControllers() {
        try (var reader = identifyReader()) {
            return secondaryControllers(reader);
        }
    }

    private static List<SecondaryController> secondaryControllers(IdentifyReader reader) {
        var result = new ArrayList<SecondaryController>();
        int from = 0;
        while (true) {
            var page = reader.read(
                    IdentifyCommand.secondaryControllers(from), SecondaryControllerListCodec::decode);
            for (var entry : page) {
                if (entry.controllerId() < from) {
                    throw new InvalidValueException(
                            "SCID", Integer.toString(entry.controllerId()), from + " or more, in ascending order");
                }
                result.add(entry);
                from = entry.controllerId() + 1;
            }
            if (page.size() < LIST_ENTRIES || from > LARGEST_CONTROLLER_ID) {
                return List.copyOf(result);
            }
        }
    }

    /// Reads what it can give its secondary controllers, and what it gave. Blocks for one Identify command.
    ///
    /// @return its capabilities as a primary controller
    /// @throws CapabilityMissingException when it neither announces nor knows Virtualization Management
    /// @throws LiveMigrationException     when the command failed
    public PrimaryControllerCapabilities primaryCapabilities() {
        return withVirtualizationManagement(() -> identify(
                IdentifyCommand.of(IdentifyCommand.PRIMARY_CONTROLLER_CAPABILITIES),
                PrimaryControllerCapabilitiesCodec::decode));
    }

    /// Its secondary controllers, to be taken offline and online and to be given resources. Needs no live migration.
    ///
    /// @return the operations on them; [#secondaryControllers()] says how they stand
    public SecondaryControllers secondaries() {
        return new SecondaryControllers(this, port, options);
    }

    /// Runs a command of Virtualization Management. Not every controller that knows it announces it by OACS bit 7 (QEMU's does
    /// not), so what the controller answers decides.
    ///
    /// @throws CapabilityMissingException when the controller does not announce it and refuses it as unknown
    <T> T withVirtualizationManagement(Supplier<T> command) {
        try {
            return command.get();
        } catch (CommandFailedException e) {
            boolean unknown = e.status().is(StatusCode.INVALID_COMMAND_OPCODE)
                    || e.status().is(StatusCode.INVALID_FIELD_IN_COMMAND);
            if (identity.virtualizationManagement() || !unknown) {
                throw e;
            }
            var missing = new CapabilityMissingException(
                    "Managing secondary controllers",
                    "Virtualization Management, which it does not announce (OACS bit 7 is 0) and answers with " + e
                            .status(),
                    "Open the primary controller, which is the one of the physical function; where it does not have the"
                            + " capability either, its secondary controllers are as the device made them");
            missing.addSuppressed(e);
            throw missing.at(name(identity.controllerId()), null);
        }
    }

    /// A virtual function that is migrated by the vendor specific commands of 2022. Only for devices whose maker says that they have
    /// them: they use opcodes that mean anything on other devices.
    ///
    /// @param vfNumber number of the virtual function from 1, which is the index that the commands carry
    /// @return the function; whether it exists is seen at the first command
    /// @throws MigrationUnsupportedException when the controller does not announce the commands (Identify Controller byte 3072 is 0)
    /// @throws InvalidValueException         when the number is none
    public VendorFunction vendorFunction(int vfNumber) {
        requireFunctionNumber(vfNumber);
        if (identity.firstVendorByte() == 0) {
            throw (MigrationUnsupportedException) new MigrationUnsupportedException(List.of(
                    "it does not announce the vendor specific commands of 2022 (Identify Controller byte 3072 is 0)"))
                    .at(name(identity.controllerId()), null);
        }
        return new VendorFunction(this, port, options, vfNumber);
    }

    /// {@return the entry of a controller in the Secondary Controller List; empty where it has none, or the list is not known} Blocks for
    /// that list.
    ///
    /// @param controllerId its CNTLID
    /// @throws LiveMigrationException when the command failed
    public Optional<SecondaryController> secondary(int controllerId) {
        try (var reader = identifyReader()) {
            return secondary(controllerId, reader);
        }
    }

    /// As [#secondary(int)], by a reader of the caller's.
    static Optional<SecondaryController> secondary(int controllerId, IdentifyReader reader) {
        return secondary(entry -> entry.controllerId() == controllerId, reader);
    }

    /// The entry of a virtual function, by a reader of the caller's; empty where it has none, or the list is not known.
    Optional<SecondaryController> secondaryOfFunction(int vfNumber, IdentifyReader reader) {
        return secondary(
                entry -> entry.vfNumber() == vfNumber && entry.primaryControllerId() == identity.controllerId(),
                reader);
    }

    private static Optional<SecondaryController> secondary(
            Predicate<SecondaryController> condition, IdentifyReader reader) {
        try {
            return secondaryControllers(reader).stream().filter(condition).findFirst();
        } catch (CommandFailedException e) {
            if (e.status().is(StatusCode.INVALID_FIELD_IN_COMMAND)) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static void requireFunctionNumber(int vfNumber) {
        if (vfNumber < 1 || vfNumber > 0xFFFF) {
            throw new InvalidValueException("vfNumber", Integer.toString(vfNumber), "1 to 65535");
        }
    }

    /// The migratable controller with this identifier.
    ///
    /// @param controllerId its CNTLID; not this controller's own
    /// @return the controller; whether it exists is seen at the first command
    /// @throws MigrationUnsupportedException when this controller cannot migrate others
    /// @throws InvalidValueException         when the identifier is this controller's own or names no controller
    public MigratableController migratable(int controllerId) {
        return migratable(controllerId, OptionalInt.empty());
    }

    private MigratableController migratable(int controllerId, OptionalInt vfNumber) {
        requireSupported();
        requireOther(controllerId);
        return new MigratableController(this, port, options, controllerId, vfNumber);
    }

    /// Refuses an identifier that names no controller, or this one.
    void requireOther(int controllerId) {
        if (controllerId < 0 || controllerId > LARGEST_CONTROLLER_ID || controllerId == identity.controllerId()) {
            throw new InvalidValueException(
                    "controllerId",
                    Integer.toString(controllerId),
                    "0 to " + LARGEST_CONTROLLER_ID + " but " + identity.controllerId()
                            + ", which is the controlling controller's own");
        }
    }

    /// The migratable controller of a virtual function, looked up in the Secondary Controller List: the identifier follows from
    /// nothing else. Blocks for that list.
    ///
    /// @param vfNumber number of the virtual function from 1
    /// @return the controller
    /// @throws MigrationUnsupportedException when this controller cannot migrate others, or its list has no entry or several entries
    ///                                       for this function
    public MigratableController migratableByVirtualFunction(int vfNumber) {
        requireSupported();
        requireFunctionNumber(vfNumber);
        var matches = secondaryControllers().stream()
                .filter(entry -> entry.vfNumber() == vfNumber)
                .filter(entry -> entry.primaryControllerId() == identity.controllerId())
                .toList();
        if (matches.size() != 1) {
            throw new MigrationUnsupportedException(List.of("the Secondary Controller List has " + matches.size()
                    + " entries for virtual function " + vfNumber + " of controller " + identity.controllerId()
                    + " where one is needed"));
        }
        return migratable(matches.get(0).controllerId(), OptionalInt.of(vfNumber));
    }

    /// Name of a controller of this subsystem in messages.
    String name(int controllerId) {
        return String.format(Locale.ROOT, "controller %04Xh of %s", controllerId, identity.subsystemNqn());
    }
}
