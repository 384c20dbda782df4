package dev.leantokens.store;

import static dev.leantokens.settings.SettingRule.require;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.leantokens.lean.LeanAccount;
import dev.leantokens.lean.LeanConfig;
import dev.leantokens.lean.LeanConverters;
import dev.leantokens.settings.CommandSettings;
import dev.leantokens.settings.LiteralSecrets;
import dev.leantokens.settings.SettingConverters;
import dev.leantokens.store.TokenSelector.Kind;
import io.quarkus.runtime.configuration.ConfigurationException;
import io.smallrye.config.SmallRyeConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.redis.client.Command;
import io.vertx.redis.client.RedisConnection;
import io.vertx.redis.client.Request;

/** The command that has all replicas forget tokens. It runs without the service, and reads the service's settings. */
public final class ForgetCommand {

    public static final String USAGE = "forget --client <client id> | --customer <customer id> | --all";

    private static final String CUSTOMER_SCOPE = "customer.";
    /** Lean's ids are far shorter. A replica does not read longer entries of the log. */
    private static final int LONGEST_ID = 256;
    private static final Duration TIME_LIMIT = Duration.ofSeconds(2);
    /** Replies of the script. */
    private static final int NOT_SEALED = -1;
    private static final int OTHER_KEYS = -2;
    private static final StoreScript SCRIPT = StoreScript.read("forget");

    private ForgetCommand() {
    }

    /**
     * Has all replicas forget tokens.
     *
     * @param options what follows the command
     * @return what was done, for an operator; empty if the options are wrong
     * @throws ConfigurationException if a setting is wrong; the message is for an operator
     * @throws IllegalStateException if Redis cannot be used; the message is for an operator
     */
    public static Optional<String> run(List<String> options) {
        return selector(options).map(selector -> describe(selector, forget(selector)));
    }

    private static Optional<TokenSelector> selector(List<String> options) {
        if (options.equals(List.of("--all"))) {
            return Optional.of(TokenSelector.ALL);
        }
        if (options.size() != 2 || options.get(1).isBlank()) {
            return Optional.empty();
        }
        String id = options.get(1).strip();
        require(id.length() <= LONGEST_ID, "an id has at most " + LONGEST_ID + " characters");
        return switch (options.get(0)) {
            case "--client" -> Optional.of(new TokenSelector(Kind.CLIENT, id));
            case "--customer" -> Optional.of(new TokenSelector(Kind.CUSTOMER,
                    id.startsWith(CUSTOMER_SCOPE) ? id.substring(CUSTOMER_SCOPE.length()) : id));
            default -> Optional.empty();
        };
    }

    /** @return the number of replicas */
    private static int forget(TokenSelector selector) {
        SmallRyeConfig settings = CommandSettings.read(List.of(new SettingConverters(), new LiteralSecrets(),
                new StoreSecretKeysCustomizer(), new StoreConverters(), new LeanConverters()), StoreConfig.class,
                LeanConfig.class);
        StoreConfig config = settings.getConfigMapping(StoreConfig.class);
        List<StoreUrl> urls = StoreConfigRules.check(config);
        require(!urls.isEmpty(), "STORE_URL is not set: without a store, restart the service to have it forget its tokens");
        // Uses the platform's names of hosts, as the service does.
        System.setProperty("vertx.disableDnsResolver", "true");
        Vertx vertx = Vertx.vertx(new VertxOptions().setFileSystemOptions(
                new FileSystemOptions().setFileCachingEnabled(false).setClassPathResolvingEnabled(false)));
        StoreNames names = StoreNames.of(config.prefix(), LeanAccount.url(settings.getConfigMapping(LeanConfig.class)));
        RedisClients clients = new RedisClients(config.type(), urls, config.sentinelMaster(), config.tlsCa(),
                () -> config.passwordFile().map(file -> new SecretFile<>(vertx, "STORE_PASSWORD_FILE", file,
                        ConfiguredStore::parsePassword).current()));
        List<StoreKey> keys = config.keyFile()
                .map(file -> new SecretFile<>(vertx, "STORE_KEY_FILE", file, ConfiguredKeys::parse).current())
                .orElseGet(() -> ConfiguredStore.parseKeys(config.key().orElseThrow()));
        AtomicBoolean isSent = new AtomicBoolean();
        try {
            return clients.forScripts(vertx).connect()
                    .onSuccess(connection -> isSent.set(true))
                    .compose(connection -> forget(connection, names, keys, selector, 0))
                    .toCompletionStage().toCompletableFuture().get(TIME_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ConfigurationException wrong) {
                throw wrong;
            }
            throw unavailable(isSent.get(), StoreFault.of(e.getCause()));
        } catch (TimeoutException e) {
            throw unavailable(isSent.get(), StoreFault.TIMEOUT);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw unavailable(isSent.get(), StoreFault.TIMEOUT);
        }
    }

    /**
     * @param generation that of the entry; 0 to ask Redis for one first
     * @return the number of replicas
     */
    static Future<Integer> forget(RedisConnection connection, StoreNames names, List<StoreKey> keys, TokenSelector selector,
            long generation) {
        byte[] sealed = ForgottenTokens.seal(keys.get(0), names, generation, selector);
        Request request = Request.cmd(Command.EVAL).arg(SCRIPT.text()).arg(3)
                .arg(ForgottenTokens.name(names)).arg(Heartbeat.replicas(names)).arg(Heartbeat.keys(names))
                .arg(generation).arg(Buffer.buffer(sealed)).arg(ForgottenLog.LENGTH).arg(names.channel())
                .arg(ForgottenTokens.message(generation, sealed)).arg(Heartbeat.LIFE.toMillis());
        Heartbeat.ids(keys).forEach(request::arg);
        return connection.send(request).compose(reply -> switch (reply.get(0).toInteger()) {
            case NOT_SEALED -> forget(connection, names, keys, selector, reply.get(1).toLong());
            case OTHER_KEYS -> Future.failedFuture(new ConfigurationException(
                    "Nothing is forgotten: the replicas have another STORE_KEY than this command"));
            default -> Future.succeededFuture(reply.get(0).toInteger());
        });
    }

    /** @param isSent whether Redis may have run the script */
    private static IllegalStateException unavailable(boolean isSent, StoreFault fault) {
        return new IllegalStateException(isSent
                ? "Perhaps nothing is forgotten, since Redis did not confirm it: " + fault.explanation()
                        + ". Run the command again"
                : "Nothing is forgotten, since Redis cannot be used: " + fault.explanation());
    }

    private static String describe(TokenSelector selector, int replicas) {
        return "Forgotten: " + switch (selector.kind()) {
            case ALL -> "all tokens";
            case CLIENT -> "the tokens of client " + selector.id();
            case CUSTOMER -> "the tokens of customer " + selector.id();
        } + ". " + switch (replicas) {
            case 0 -> "No replica is connected to this Redis. If there should be one, check STORE_PREFIX and LEAN_ENVIRONMENT.";
            case 1 -> "1 replica drops them within a second.";
            default -> replicas + " replicas drop them within a second.";
        };
    }
}
