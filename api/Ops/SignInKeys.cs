using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.DataProtection.Repositories;
using Microsoft.Extensions.Options;

namespace Commerce.Ops;

/// <summary>Keeps the keys that sign the operators' cookies in the data directory, so that a restart signs nobody out. Nobody else may read them.</summary>
internal sealed class SignInKeys(IConfiguration configuration, IHostEnvironment environment, ILoggerFactory logs) : IConfigureOptions<KeyManagementOptions>
{
    public void Configure(KeyManagementOptions options)
    {
        var directory = Path.Combine(AdminKey.DataDirectory(configuration, environment), "keys");
        if (OperatingSystem.IsWindows())
        {
            Directory.CreateDirectory(directory);
        }
        else
        {
            Directory.CreateDirectory(directory, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }

        options.XmlRepository = new FileSystemXmlRepository(new DirectoryInfo(directory), logs);
    }
}
