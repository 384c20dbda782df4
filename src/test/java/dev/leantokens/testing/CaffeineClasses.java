package dev.leantokens.testing;

import java.lang.reflect.Field;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

import com.github.benmanes.caffeine.cache.Cache;

/** Finds the generated classes of caches: Caffeine chooses them by the settings of a cache and loads them by name. */
public final class CaffeineClasses {

    private CaffeineClasses() {
    }

    /** @return the caches that are fields of the object */
    public static List<Cache<?, ?>> cachesOf(Object owner) {
        return Arrays.stream(owner.getClass().getDeclaredFields()).filter(field -> field.getType() == Cache.class)
                .<Cache<?, ?>> map(field -> (Cache<?, ?>) valueOf(owner, field)).toList();
    }

    /** @return the names of the generated classes behind the caches that are fields of the object */
    public static Set<String> usedBy(Object owner) {
        Set<String> names = new LinkedHashSet<>();
        for (Cache<?, ?> cache : cachesOf(owner)) {
            Object store = valueOf(cache, field(cache.getClass(), "cache"));
            names.add(store.getClass().getName());
            names.add(valueOf(store, field(store.getClass(), "nodeFactory")).getClass().getName());
        }
        return names;
    }

    private static Field field(Class<?> type, String name) {
        for (Class<?> owner = type; owner != null; owner = owner.getSuperclass()) {
            for (Field field : owner.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    return field;
                }
            }
        }
        throw new IllegalStateException(type + " has no field " + name);
    }

    private static Object valueOf(Object owner, Field field) {
        try {
            field.setAccessible(true);
            return field.get(owner);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }
}
