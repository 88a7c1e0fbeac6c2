package io.nvmelm.transport.mock.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.when;

import io.nvmelm.DeviceState;
import io.nvmelm.TransferOptions;
import io.nvmelm.TransportException;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;

/// The extension gives each test one world of its own and looks at it afterwards.
@ExtendWith(InMemoryHosts.class)
class InMemoryHostsTest {
    private final HostPair ofTheConstructor;
    private HostPair ofBeforeEach;

    InMemoryHostsTest(HostPair hosts) {
        ofTheConstructor = hosts;
        ofBeforeEach = hosts;
    }

    @BeforeEach
    void remember(HostPair hosts) {
        ofBeforeEach = hosts;
    }

    @AfterEach
    void worldIsTheSameAtTheEnd(HostPair hosts) {
        assertThat(hosts).isSameAs(ofTheConstructor);
    }

    @RepeatedTest(2)
    void constructorAndMethodsShareAWorldThatNoOtherTestHas(HostPair hosts) {
        assertThat(hosts).isSameAs(ofTheConstructor).isSameAs(ofBeforeEach);
        assertThat(hosts.clock().nanoTime()).isZero();
        hosts.clock().schedule(5, () -> {});
        hosts.clock().runUntilIdle();
    }

    @Test
    void bothSidesAreOpenedAsDevices(HostPair hosts) {
        try (var source = hosts.open(hosts.source(), TransferOptions.defaults());
                var destination = hosts.open(hosts.destination(), TransferOptions.defaults())) {
            source.setState(DeviceState.STOP);
            assertThat(HostPair.controller(hosts.source()).isSuspended()).isTrue();
            assertThat(HostPair.controller(hosts.destination()).isSuspended()).isFalse();
            assertThat(destination.identity().name()).isNotEqualTo(source.identity().name());
        }
    }

    @Test
    void aClosedWorldHasNoTransports(HostPair hosts) {
        var device = hosts.open(hosts.source(), TransferOptions.defaults());
        hosts.close();
        assertThatThrownBy(() -> device.setState(DeviceState.STOP)).isInstanceOf(TransportException.class);
        device.close();
    }

    @Test
    void aViolationFailsTheTest() throws ReflectiveOperationException {
        var hosts = new HostPair(builder -> builder);
        var store = mock(ExtensionContext.Store.class);
        var context = mock(ExtensionContext.class);
        when(context.getStore(ExtensionContext.Namespace.create(InMemoryHosts.class))).thenReturn(store);
        when(store.get(HostPair.class, HostPair.class)).thenReturn(hosts);
        var extension = new InMemoryHosts();
        extension.afterEach(context);
        var field = hosts.destination().getClass().getDeclaredField("violations");
        field.setAccessible(true);
        @SuppressWarnings("unchecked") var violations = (java.util.List<String>) field.get(hosts.destination());
        violations.add("a suspended controller wrote");
        assertThatThrownBy(() -> extension.afterEach(context))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("a suspended controller wrote");
    }

    @Test
    void thereIsNoWorldForAllTestsOfAClass() {
        var context = mock(ExtensionContext.class);
        when(context.getTestMethod()).thenReturn(Optional.empty());
        assertThatThrownBy(() -> new InMemoryHosts().resolveParameter(mock(ParameterContext.class), context))
                .isInstanceOf(ParameterResolutionException.class);
    }
}
