/** Each class is one example; the comments {@code snippet} and {@code end} mark what a page of the documentation shows. */
package examples;
