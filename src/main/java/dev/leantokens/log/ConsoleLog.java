package dev.leantokens.log;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.logging.Handler;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.jboss.logging.Logger;
import org.jboss.logmanager.ExtHandler;
import org.jboss.logmanager.handlers.ConsoleHandler;

import dev.leantokens.StartOrder;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.bootstrap.logging.InitialConfigurator;
import io.quarkus.runtime.LaunchMode;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.quarkus.runtime.logging.LogRuntimeConfig;

/**
 * Puts a {@link LogOutput} behind the console handler, so that a slow reader of the console cannot block the service. Off in
 * development and in tests, where a person or a build reads the console.
 */
@ApplicationScoped
class ConsoleLog {

    private static final Logger LOG = Logger.getLogger(ConsoleLog.class);

    /** About 5,000 lines: with the access log on and 20,000 requests a second, a reader may pause for a quarter of a second. */
    private static final int CAPACITY = 1024 * 1024;

    /** How long the last lines may delay the exit of the process. */
    private static final Duration EXIT_DELAY = Duration.ofSeconds(2);

    private final LogRuntimeConfig config;
    private final Counter dropped;

    private final StandardOutput output;

    private Optional<LogOutput> lines = Optional.empty();

    ConsoleLog(LogRuntimeConfig config, MeterRegistry registry, StandardOutput output) {
        this.config = config;
        this.output = output;
        dropped = Counter.builder("log.lines.dropped")
                .description("Lines of the log that were dropped because they were not read in time")
                .register(registry);
    }

    void start(@Observes @Priority(StartOrder.BACKGROUND) StartupEvent event) {
        if (LaunchMode.current() == LaunchMode.NORMAL) {
            lines = console(InitialConfigurator.DELAYED_HANDLER).map(this::detach);
        }
    }

    /** Also called when the start fails, before the reason is logged. */
    void stop(@Observes ShutdownEvent event) {
        lines.ifPresent(written -> written.finish(EXIT_DELAY));
    }

    private LogOutput detach(ConsoleHandler console) {
        LogOutput detached = new LogOutput(
                config.console().stderr() ? new FileOutputStream(FileDescriptor.err) : output.ofLines(), CAPACITY,
                dropped::increment, ConsoleLog::report, System::nanoTime);
        detached.start();
        console.setOutputStream(detached);
        return detached;
    }

    private static void report(long lines) {
        LOG.warn(lines + " log lines were dropped because they were not read in time");
    }

    /** Finds the console handler, which another handler can wrap; it is missing if the console is off. */
    private static Optional<ConsoleHandler> console(ExtHandler parent) {
        for (Handler handler : parent.getHandlers()) {
            if (handler instanceof ConsoleHandler console) {
                return Optional.of(console);
            }
            if (handler instanceof ExtHandler nested && console(nested).isPresent()) {
                return console(nested);
            }
        }
        return Optional.empty();
    }
}
