package io.nvmelm.spi;

import io.nvmelm.LiveMigrationException;
import io.nvmelm.MigratableDevice;
import java.util.Optional;

/// Opens one kind of [MigratableDevice] by address, for programs that learn at run time which kinds there are.
///
/// Found by `ServiceLoader.load(MigratableDeviceProvider.class)`, which the embedder calls; a module that does so says
/// `uses io.nvmelm.spi.MigratableDeviceProvider`. A provider has no state and a public constructor without parameters that does
/// nothing; it is registered in its module's descriptor and, for the class path, in `META-INF/services`. Thread-safe.
///
/// Devices that are migrated through the commands of a controlling controller need two things, a transport
/// ([AdminTransportProvider]) and the choice of a controller behind it, so no provider opens them by one address.
public interface MigratableDeviceProvider {

    /// {@return the name by which this kind is chosen, for instance in a configuration file; unique among the providers of a
    /// program, and does not change}
    String name();

    /// Says whether devices of this kind can be used here, on this host and by this process. Looks anew at each call, and leaves
    /// nothing open. Blocks for a few small files.
    ///
    /// @return empty when they can, though a single address may still be refused; otherwise the cause, with what to do about it
    Optional<String> unavailable();

    /// Opens a device with the options that it has by default. Blocks.
    ///
    /// @param address address of the device in the provider's own notation, for instance `0000:04:10.0`
    /// @return the device; whoever called this closes it
    /// @throws LiveMigrationException when the address is none, or its device cannot be opened or migrated; nothing stays open
    MigratableDevice open(String address);
}
