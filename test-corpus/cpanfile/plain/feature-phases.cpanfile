feature 'x', 'X' => sub {
    on test => sub {
        requires 'Test::X';
        on develop => sub { requires 'Deep' };
        requires 'Test::Y';
    };
    requires 'X';
    test_requires 'Test::Z';
};
