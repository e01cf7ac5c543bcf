DEPS: {
    requires 'A';
}
