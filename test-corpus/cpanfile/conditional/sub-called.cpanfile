sub deps { requires 'A'; requires 'B', '1.0' }
deps();
