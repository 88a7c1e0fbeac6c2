package io.nvmelm.benchmarks.own;

import io.nvmelm.MigratableDevice;
import io.nvmelm.spi.AdminTransport;
import io.nvmelm.spi.AdminTransportProvider;
import io.nvmelm.spi.MigratableDeviceProvider;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Finds what is measured by the name that a parameter has for it.
final class Services {
    /// Stands for the in-memory subsystem of the library.
    static final String MEMORY = "memory";

    private Services() {}

    /// {@return a codec}
    ///
    /// @param name its name, or the name of its class
    /// @throws IllegalArgumentException when there is none
    static CodecUnderTest codec(String name) {
        var codecs = all(CodecUnderTest.class);
        var codec = named(name, codecs, CodecUnderTest::name);
        return codec.isPresent() ? codec.get() : codecOfClass(name, names(codecs, CodecUnderTest::name));
    }

    private static CodecUnderTest codecOfClass(String name, String others) {
        try {
            return (CodecUnderTest) Class.forName(name).getConstructor().newInstance();
        } catch (ReflectiveOperationException | ClassCastException e) {
            throw new IllegalArgumentException(
                    "There is no codec %s, neither as a service (those are: %s) nor as a class with a public constructor without parameters"
                            .formatted(name, others),
                    e);
        }
    }

    /// {@return a transport; the caller closes it} Blocks as its provider does.
    ///
    /// @param where `memory`, or the name of a provider, a colon and an address in that provider's notation
    /// @throws IllegalArgumentException when there is no such provider, or it cannot be used here
    static AdminTransport transport(String where) {
        if (where.equals(MEMORY)) {
            return MemoryWorld.transport();
        }
        var providers = all(AdminTransportProvider.class);
        var provider = named(providerName(where), providers, AdminTransportProvider::name)
                .orElseThrow(() -> unknown("transport", where, names(providers, AdminTransportProvider::name)));
        requireAvailable(where, provider.unavailable());
        return provider.open(address(where));
    }

    /// {@return a device; the caller closes it} Blocks as its provider does.
    ///
    /// @param where `memory`, or the name of a provider, a colon and an address in that provider's notation
    /// @throws IllegalArgumentException when there is no such provider, or it cannot be used here
    static MigratableDevice device(String where) {
        if (where.equals(MEMORY)) {
            return MemoryWorld.device();
        }
        var providers = all(MigratableDeviceProvider.class);
        var provider = named(providerName(where), providers, MigratableDeviceProvider::name)
                .orElseThrow(() -> unknown("device", where, names(providers, MigratableDeviceProvider::name)));
        requireAvailable(where, provider.unavailable());
        return provider.open(address(where));
    }

    /// Up to the first colon, since addresses have colons too.
    private static String providerName(String where) {
        return where.split(":", 2)[0];
    }

    private static String address(String where) {
        var parts = where.split(":", 2);
        if (parts.length < 2) {
            throw new IllegalArgumentException(where + " has no address: write provider:address");
        }
        return parts[1];
    }

    private static void requireAvailable(String where, Optional<String> cause) {
        if (cause.isPresent()) {
            throw new IllegalArgumentException(where + " cannot be used here: " + cause.get());
        }
    }

    private static IllegalArgumentException unknown(String kind, String where, String names) {
        return new IllegalArgumentException(
                "There is no provider for the %s %s; there are %s, each written with a colon and an address, and memory"
                        .formatted(kind, where, names));
    }

    private static <S> List<S> all(Class<S> service) {
        return ServiceLoader.load(service).stream().map(ServiceLoader.Provider::get).toList();
    }

    private static <S> Optional<S> named(String name, List<S> services, Function<S, String> nameOf) {
        return services.stream().filter(service -> nameOf.apply(service).equals(name)).findFirst();
    }

    private static <S> String names(List<S> services, Function<S, String> nameOf) {
        return services.stream().map(nameOf).sorted().collect(Collectors.joining(", "));
    }
}
