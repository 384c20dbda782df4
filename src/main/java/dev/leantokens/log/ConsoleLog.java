package dev.leantokens.log;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.time.Duration;
import java.util.Optional;
import java.util.logging.Handler;

import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;

import org.eclipse.microprofile.config.ConfigProvider;
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
import io.smallrye.config.SmallRyeConfig;

/**
 * Keeps the console's reader from holding up the service, from before the ports open until the process exits. Not in
 * development and in tests, where the console is a person's or a build's.
 */
@ApplicationScoped
class ConsoleLog {

    private static final Logger LOG = Logger.getLogger(ConsoleLog.class);

    /** Some 5,000 lines: at 20,000 requests a second with the access log on, a reader may pause for a quarter of a second. */
    private static final int CAPACITY = 1024 * 1024;

    /** How much longer than needed the process may take to exit because of its last lines. */
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Counter dropped;

    private Optional<LogOutput> output = Optional.empty();

    ConsoleLog(MeterRegistry registry) {
        dropped = Counter.builder("log.lines.dropped")
                .description("Lines of the log that were dropped because they were not read in time")
                .register(registry);
    }

    void start(@Observes @Priority(StartOrder.BACKGROUND) StartupEvent event) {
        if (LaunchMode.current() == LaunchMode.NORMAL) {
            output = console(InitialConfigurator.DELAYED_HANDLER).map(this::detach);
        }
    }

    /** A start that fails comes here as well, before it says why. */
    void stop(@Observes ShutdownEvent event) {
        output.ifPresent(lines -> lines.finish(PATIENCE));
    }

    private LogOutput detach(ConsoleHandler console) {
        boolean errors = ConfigProvider.getConfig().unwrap(SmallRyeConfig.class).getConfigMapping(LogRuntimeConfig.class)
                .console().stderr();
        // Not by System.out: who writes to it has its lock, and Quarkus flushes it at the exit.
        LogOutput lines = new LogOutput(new FileOutputStream(errors ? FileDescriptor.err : FileDescriptor.out), CAPACITY,
                dropped::increment, ConsoleLog::report, System::nanoTime);
        lines.start();
        console.setOutputStream(lines);
        return lines;
    }

    private static void report(long lines) {
        LOG.warn(lines + " lines of this log were dropped: they were not read in time");
    }

    /** The console is the first of the handlers, unless it is switched off; another handler may be in front of it. */
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
