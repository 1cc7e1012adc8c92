global using System.Collections.Immutable;
global using System.Runtime.InteropServices;
global using Microsoft.Extensions.Logging;
global using Orleans.Concurrency;
