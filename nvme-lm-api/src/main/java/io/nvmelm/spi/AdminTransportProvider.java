package io.nvmelm.spi;

import io.nvmelm.LiveMigrationException;
import java.util.Optional;

/// Opens one kind of [AdminTransport] by address, for programs that learn at run time which kinds there are.
///
/// Found by `ServiceLoader.load(AdminTransportProvider.class)`, which the embedder calls; a module that does so says
/// `uses io.nvmelm.spi.AdminTransportProvider`. A provider has no state and a public constructor without parameters that does
/// nothing; it is registered in its module's descriptor and, for the class path, in `META-INF/services`. Thread-safe.
///
/// ```java
/// for (var provider : ServiceLoader.load(AdminTransportProvider.class)) {
///     var cause = provider.unavailable();
///     if (provider.name().equals(wanted) && cause.isEmpty()) {
///         return provider.open(address);
///     }
/// }
/// ```
public interface AdminTransportProvider {

    /// {@return the name by which this kind is chosen, for instance in a configuration file; unique among the providers of a
    /// program, and does not change}
    String name();

    /// Says whether transports of this kind can be used here, on this host and by this process. Looks anew at each call, and
    /// leaves nothing open. Blocks for a few small files.
    ///
    /// @return empty when they can, though a single address may still be refused; otherwise the cause, with what to do about it
    Optional<String> unavailable();

    /// Opens a transport with the options that it has by default. Blocks until the controller answers.
    ///
    /// @param address address of the controller in the provider's own notation, for instance `0000:04:00.0`
    /// @return the transport; whoever called this closes it
    /// @throws LiveMigrationException when the address is none, or there is no way to its controller; nothing stays open
    AdminTransport open(String address);
}
