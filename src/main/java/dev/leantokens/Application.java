package dev.leantokens;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

import dev.leantokens.access.NewClient;
import dev.leantokens.limits.ConnectionLimits;
import dev.leantokens.store.ForgetCommand;
import dev.leantokens.store.NewStoreKey;
import dev.leantokens.token.ConfiguredScopes;
import io.quarkus.runtime.Quarkus;
import io.quarkus.runtime.annotations.QuarkusMain;
import io.quarkus.runtime.configuration.ConfigurationException;

/** Runs the service or, with arguments, a command. */
@QuarkusMain
public final class Application {

    private static final String GENERATE_CLIENT = "generate-client";
    private static final String GENERATE_STORE_KEY = "generate-store-key";
    private static final String FORGET = "forget";
    private static final int FAILED = 1;
    private static final int WRONG_USAGE = 2;

    Application() {
    }

    public static void main(String... arguments) {
        // Libraries format and compare by the default locale, and their output must not depend on the machine.
        Locale.setDefault(Locale.ROOT);
        List<String> command = Arrays.asList(arguments);
        if (command.isEmpty()) {
            ConnectionLimits.prepare();
            Quarkus.run();
        } else if (command.get(0).equals(GENERATE_CLIENT) && command.size() >= 2 && command.size() <= 4) {
            generateClient(command.get(1), command.size() >= 3 ? command.get(2) : "api",
                    command.size() == 4 ? Optional.of(command.get(3)) : Optional.empty());
        } else if (command.equals(List.of(GENERATE_STORE_KEY))) {
            generateStoreKey();
        } else if (command.get(0).equals(FORGET)) {
            forget(command.subList(1, command.size()));
        } else {
            fail("usage: " + GENERATE_CLIENT + " <id> [<scopes, separated by commas> [<default scope>]], "
                    + "or " + GENERATE_STORE_KEY + ", or " + ForgetCommand.USAGE + ", or no argument to run the service");
        }
    }

    private static void generateClient(String id, String scopes, Optional<String> defaultScope) {
        try {
            System.out.print(
                    NewClient.generate(id, scopes, defaultScope, ConfiguredScopes.read()).explanation());
        } catch (IllegalArgumentException e) {
            fail(e.getMessage());
        }
    }

    /** Only the key goes to the standard output, so that it can be redirected into a file. */
    private static void generateStoreKey() {
        NewStoreKey key = NewStoreKey.generate();
        System.out.println(key.text());
        System.err.print(NewStoreKey.INSTRUCTIONS);
    }

    private static void forget(List<String> options) {
        try {
            ForgetCommand.run(options).ifPresentOrElse(done -> {
                System.out.println(done);
                System.exit(0);
            }, () -> fail("usage: " + ForgetCommand.USAGE));
        } catch (ConfigurationException e) {
            fail(e.getMessage());
        } catch (IllegalStateException e) {
            fail(e.getMessage(), FAILED);
        }
    }

    private static void fail(String reason) {
        fail(reason, WRONG_USAGE);
    }

    private static void fail(String reason, int exitCode) {
        System.err.println(reason);
        System.exit(exitCode);
    }
}
