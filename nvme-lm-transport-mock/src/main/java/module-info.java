import org.jspecify.annotations.NullMarked;

/// An NVM subsystem with live migration in memory, and a guest to try it with: for tests and demonstrations.
///
/// Its test kit, and that alone, needs JUnit Jupiter and AssertJ; whoever uses it has them among the dependencies of the tests,
/// and a modular test requires both modules itself.
@NullMarked
module io.nvmelm.transport.mock {
    requires static org.jspecify;
    requires transitive io.nvmelm.api;
    requires io.nvmelm.core;
    requires static org.junit.jupiter.api;
    requires static org.assertj.core;

    exports io.nvmelm.transport.mock;
    exports io.nvmelm.transport.mock.guest;
    exports io.nvmelm.transport.mock.testkit;
}
