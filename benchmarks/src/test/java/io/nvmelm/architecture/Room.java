package io.nvmelm.architecture;

import java.util.Arrays;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/// The rooms of the library, one package each, and which of the others each may use. A package that is not listed here
/// has no place: whoever adds one says here what it may use.
enum Room {
    /// Values and interfaces for whoever embeds the library.
    API(""),
    /// Values of the NVMe protocol.
    NVME("nvme"),
    /// What a transport implements.
    SPI("spi"),

    /// Bytes to values and back.
    CODEC("core.codec"),
    /// The state machine of VFIO.
    FSM("core.fsm"),
    /// Controllers by their commands.
    CONTROLLER("core.controller"),
    /// Migratable devices over controllers.
    DEVICE("core.device"),
    /// Two manifests compared.
    PREFLIGHT("core.preflight"),
    /// The migration stream.
    STREAM("core.stream"),
    /// Sender and receiver.
    MIGRATION("core.migration"),
    /// Captured state as text.
    INSPECT("core.inspect"),

    /// What an embedder opens on a Linux host.
    VFIO("transport.vfio"),
    /// NVMe commands through the driver of the kernel.
    VFIO_PASSTHROUGH("transport.vfio.passthrough"),
    /// An NVMe controller driven from user space.
    VFIO_NVME("transport.vfio.nvme"),
    /// Offsets and numbers of kernel headers.
    VFIO_UAPI("transport.vfio.uapi"),
    /// System calls.
    VFIO_LINUX("transport.vfio.linux"),

    /// The subsystem in memory.
    MOCK("transport.mock"),
    /// A guest that drives it.
    MOCK_GUEST("transport.mock.guest"),
    /// What others test their implementations of the two seams with.
    MOCK_TESTKIT("transport.mock.testkit");

    /// Package of the library, which all rooms are in.
    static final String LIBRARY = "io.nvmelm";

    private final String place;

    Room(String place) {
        this.place = place;
    }

    /// {@return the other rooms that classes of this room may use}
    Set<Room> mayUse() {
        return switch (this) {
            case API -> EnumSet.of(NVME);
            case NVME -> EnumSet.of(API);
            case SPI, CODEC -> EnumSet.of(API, NVME);

            case FSM -> EnumSet.of(API);
            case CONTROLLER -> EnumSet.of(API, NVME, SPI, CODEC);
            case DEVICE -> EnumSet.of(API, NVME, CONTROLLER, FSM);
            case PREFLIGHT -> EnumSet.of(API, NVME);
            // A loader compares what a file says with its devices
            case STREAM -> EnumSet.of(API, NVME, PREFLIGHT);
            // The values of NVMe that decide are compared by a room of their own, so that the migration knows none of them
            case MIGRATION -> EnumSet.of(API, NVME, PREFLIGHT, STREAM);
            case INSPECT -> EnumSet.of(API, NVME, CODEC, STREAM);

            case VFIO -> EnumSet.of(API, NVME, SPI, CODEC, FSM, VFIO_UAPI, VFIO_LINUX, VFIO_PASSTHROUGH);
            case VFIO_PASSTHROUGH -> EnumSet.of(API, NVME, SPI, CODEC, VFIO_UAPI, VFIO_LINUX);
            case VFIO_NVME -> EnumSet.of(API, NVME, SPI, CODEC, VFIO, VFIO_UAPI, VFIO_LINUX);
            case VFIO_UAPI, VFIO_LINUX -> EnumSet.of(API);

            case MOCK -> EnumSet.of(API, NVME, SPI, CODEC);
            case MOCK_GUEST -> EnumSet.of(API, NVME, CODEC, MOCK);
            case MOCK_TESTKIT -> EnumSet.of(
                    API, NVME, SPI, CODEC, FSM, CONTROLLER, DEVICE, STREAM, MIGRATION, MOCK, MOCK_GUEST);
        };
    }

    /// {@return whether classes of this room may use classes of that one}
    boolean mayUse(Room other) {
        return this == other || mayUse().contains(other);
    }

    /// {@return the package, for instance `io.nvmelm.core.codec`}
    String packageName() {
        return place.isEmpty() ? LIBRARY : LIBRARY + "." + place;
    }

    /// {@return the room of a package; empty when it has none}
    static Optional<Room> ofPackage(String packageName) {
        return Arrays.stream(values())
                .filter(room -> room.packageName().equals(packageName))
                .findFirst();
    }

    /// The package below that of the library, as a test's name shows it.
    @Override
    public String toString() {
        return place.isEmpty() ? "api" : place;
    }
}
