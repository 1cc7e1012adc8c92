using Commerce.Access;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.FileProviders;
using Microsoft.Extensions.Hosting;
using Xunit;

namespace Commerce.Tests.Unit.Api;

public sealed class AccessTests(ApiHost api) : IClassFixture<ApiHost>, IDisposable
{
    private readonly string directory = Directory.CreateTempSubdirectory("commerce-key").FullName;

    public void Dispose() => Directory.Delete(directory, recursive: true);

    [Fact]
    public void Development_makes_a_key_once_and_keeps_it_to_itself()
    {
        var console = new StringWriter();
        Resolve(Environments.Development, null, console);
        var file = Path.Combine(directory, "admin-key");
        var kept = File.ReadAllText(file).Trim();

        Assert.Contains(kept, console.ToString(), StringComparison.Ordinal);
        if (!OperatingSystem.IsWindows())
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
        }

        var again = new StringWriter();
        Assert.True(Resolve(Environments.Development, null, again).Fits(kept));
        Assert.Empty(again.ToString());
    }

    [Fact]
    public void Production_does_not_start_without_a_key()
    {
        var refused = Assert.Throws<InvalidOperationException>(() => Resolve(Environments.Production, null, TextWriter.Null));
        Assert.Contains("Commerce__AdminKey", refused.Message, StringComparison.Ordinal);
        Assert.Throws<InvalidOperationException>(() => Resolve(Environments.Production, "short", TextWriter.Null));
        Assert.Empty(Directory.GetFiles(directory));
    }

    [Fact]
    public void Ids_follow_from_key_caller_and_secret()
    {
        var key = new AdminKey("a-long-enough-key");
        var id = key.Id(Identity.Checkout, "checkout", "guest_1", "k");

        Assert.True(Identity.Is(id, Identity.Checkout));
        Assert.Equal(id, new AdminKey("a-long-enough-key").Id(Identity.Checkout, "checkout", "guest_1", "k"));
        Assert.NotEqual(id, key.Id(Identity.Checkout, "checkout", "guest_2", "k"));
        Assert.NotEqual(id, new AdminKey("another-long-key").Id(Identity.Checkout, "checkout", "guest_1", "k"));
        Assert.False(key.Fits("a-long-enough-keY"));
    }

    [Fact]
    public void A_guest_token_is_32_bytes_that_nobody_guesses()
    {
        var token = GuestToken.New();
        Assert.True(GuestToken.HasForm(token));
        Assert.NotEqual(token, GuestToken.New());
        Assert.False(GuestToken.HasForm(token[..^1]) || GuestToken.HasForm("cgt_" + new string('!', 43)) || GuestToken.HasForm("x" + token[1..]));
    }

    [Fact]
    public async Task An_operator_signs_in_with_the_key_and_with_nothing_else()
    {
        async Task<Answered> SignIn(string key, string query = "")
        {
            using var form = new FormUrlEncodedContent([new("key", key)]);
            using var response = await api.Http.PostAsync("/ops/login" + query, form);
            return await Answered.Of(response);
        }

        var signedIn = await SignIn(ApiHost.AdminKey, "?ReturnUrl=%2Fops%2Fgrains");
        Assert.Equal((302, "/ops/grains"), (signedIn.Status, signedIn.Headers["Location"]));
        Assert.Contains("samesite=strict; httponly", signedIn.Headers["Set-Cookie"], StringComparison.Ordinal);
        Assert.Equal("/ops", (await SignIn(ApiHost.AdminKey, "?ReturnUrl=https%3A%2F%2Fevil.example")).Headers["Location"]);
        Assert.Equal("/ops", (await SignIn(ApiHost.AdminKey, "?ReturnUrl=%2F%2Fevil.example")).Headers["Location"]);

        var refused = await SignIn("wrong");
        Assert.Equal(401, refused.Status);
        Assert.False(refused.Headers.ContainsKey("Set-Cookie"));
    }

    private AdminKey Resolve(string environment, string? key, TextWriter console) => AdminKey.Resolve(
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["Commerce:AdminKey"] = key, ["Commerce:DataDirectory"] = directory }).Build(),
        new Surroundings(environment),
        console);

    private sealed class Surroundings(string name) : IHostEnvironment
    {
        public string EnvironmentName { get; set; } = name;

        public string ApplicationName { get; set; } = "tests";

        public string ContentRootPath { get; set; } = AppContext.BaseDirectory;

        public IFileProvider ContentRootFileProvider { get; set; } = new NullFileProvider();
    }
}
