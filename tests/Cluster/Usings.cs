global using System.Collections.Concurrent;
global using System.Collections.Immutable;
global using Xunit;
