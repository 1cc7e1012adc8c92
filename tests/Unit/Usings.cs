global using System.Collections.Immutable;
global using CsCheck;
global using Xunit;
