package dev.leantokens.clock;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

import jakarta.inject.Qualifier;

/**
 * Selects the clock that follows monotonic time only: no change of the system time affects it, and it stops during sleep. For
 * limits that others rely on, such as calls per minute: a step of the system time must not shorten a wait.
 */
@Qualifier
@Retention(RetentionPolicy.RUNTIME)
@Target({ ElementType.METHOD, ElementType.PARAMETER })
public @interface Awake {
}
