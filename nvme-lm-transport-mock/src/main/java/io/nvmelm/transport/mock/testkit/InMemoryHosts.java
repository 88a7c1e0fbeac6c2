package io.nvmelm.transport.mock.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.nvmelm.transport.mock.InMemorySubsystemBuilder;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolutionException;
import org.junit.jupiter.api.extension.ParameterResolver;

/// A JUnit extension that gives each test a fresh world as a parameter of type [HostPair], and fails the test when a device of
/// that world did what none may ever do.
///
/// The parameter may stand in the test method, in methods before and after it, and in the constructor; all get the same
/// world. A class that needs other subsystems registers the extension by a static field:
///
/// ```java
/// @ExtendWith(InMemoryHosts.class)
/// class FirstTest {
///     @Test
///     void aGuestMoves(HostPair hosts) { ... }
/// }
///
/// class SecondTest {
///     @RegisterExtension
///     static final InMemoryHosts HOSTS = InMemoryHosts.with(builder -> builder.maximumCommandsInFlight(1));
/// }
/// ```
@SuppressWarnings("exports") // of JUnit: whoever uses the test kit requires it, nobody else has to
public final class InMemoryHosts implements ParameterResolver, AfterEachCallback {
    private static final Namespace NAMESPACE = Namespace.create(InMemoryHosts.class);

    private final UnaryOperator<InMemorySubsystemBuilder> variation;

    /// Creates the extension with subsystems as [HostPair] has them; called by JUnit.
    public InMemoryHosts() {
        this(UnaryOperator.identity());
    }

    private InMemoryHosts(UnaryOperator<InMemorySubsystemBuilder> variation) {
        this.variation = variation;
    }

    /// {@return the extension with other subsystems}
    ///
    /// @param variation changes the builder of each subsystem; returns it
    public static InMemoryHosts with(UnaryOperator<InMemorySubsystemBuilder> variation) {
        return new InMemoryHosts(variation);
    }

    /// Has constructors share the world of the test that the object is made for.
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext rootContext) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType() == HostPair.class;
    }

    @Override
    public HostPair resolveParameter(ParameterContext parameter, ExtensionContext context) {
        if (context.getTestMethod().isEmpty()) {
            throw new ParameterResolutionException(
                    "a world belongs to one test: have a HostPair injected where there is a test, not once for all of them");
        }
        return context.getStore(NAMESPACE)
                .getOrComputeIfAbsent(HostPair.class, key -> new HostPair(variation), HostPair.class);
    }

    /// Closes the world of the test.
    @Override
    public void afterEach(ExtensionContext context) {
        var hosts = context.getStore(NAMESPACE).get(HostPair.class, HostPair.class);
        if (hosts != null) {
            hosts.close();
            assertThat(hosts.violations()).as("what the devices of the world may never do").isEmpty();
        }
    }
}
