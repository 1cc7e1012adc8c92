using System.Security.Claims;
using System.Text.Encodings.Web;
using Commerce.Site;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Commerce.Ops;

/// <summary>How operators get to the pages under <c>/ops</c>: browsers sign in with the admin key and keep a cookie, programs send the key.</summary>
internal static class OperatorSignIn
{
    public const string Policy = "Operators";
    private const string Ops = "ops", Cookie = "ops-cookie", Key = "ops-key", SignInPath = "/ops/login";

    extension(AuthenticationBuilder authentication)
    {
        public AuthenticationBuilder AddOperatorSignIn()
        {
            authentication.Services.AddAuthorizationBuilder().AddPolicy(Policy, static policy => policy.AddAuthenticationSchemes(Ops).RequireAuthenticatedUser());
            return authentication
                .AddPolicyScheme(Ops, null, static options => options.ForwardDefaultSelector = static http =>
                    http.Request.Headers.Authorization.Count == 0 && (IsBrowser(http.Request) || http.Request.Headers.Cookie.Count > 0) ? Cookie : Key)
                .AddScheme<AuthenticationSchemeOptions, KeyHandler>(Key, null)
                .AddCookie(Cookie, static options =>
                {
                    options.Cookie.Name = "commerce-ops";
                    options.Cookie.SameSite = SameSiteMode.Strict; // no other site's form or link can act as the operator
                    options.Cookie.HttpOnly = true;
                    options.Cookie.Path = "/ops";
                    options.LoginPath = SignInPath;
                    options.ExpireTimeSpan = TimeSpan.FromHours(12);
                    options.Events.OnRedirectToLogin = static context =>
                    {
                        if (IsBrowser(context.Request))
                        {
                            context.Response.Redirect(context.RedirectUri);
                            return Task.CompletedTask;
                        }

                        return ProblemAnswer.Write(context.HttpContext, ProblemTypes.Get("unauthenticated"));
                    };
                });
        }
    }

    extension(IEndpointRouteBuilder routes)
    {
        public void MapOperatorSignIn()
        {
            var ops = routes.MapGroup("/ops").ExcludeFromDescription();
            ops.MapGet("/login", static () => Page(wrongKey: false));
            ops.MapPost("/login", SignIn);
            ops.MapPost("/logout", static () => TypedResults.SignOut(new AuthenticationProperties { RedirectUri = "/" }, [Cookie]));
        }
    }

    private static async Task<IResult> SignIn(HttpContext http, AdminKey adminKey)
    {
        if (!http.Request.HasFormContentType)
        {
            throw new Refusal("unsupported-media-type", "This takes the form of the sign-in page.");
        }

        var form = await http.Request.ReadFormAsync(http.RequestAborted);
        if (!adminKey.Fits(form["key"].ToString()))
        {
            return Page(wrongKey: true);
        }

        var operatorIdentity = new ClaimsIdentity([new Claim(ClaimTypes.Name, "operator")], Cookie);
        await http.SignInAsync(Cookie, new ClaimsPrincipal(operatorIdentity));
        return TypedResults.LocalRedirect(http.Request.Query["ReturnUrl"].ToString() is { } url && IsUnderOps(url) ? url : "/ops");
    }

    private static bool IsUnderOps(string url) => url.StartsWith("/ops/", StringComparison.Ordinal) && !url.Contains('\\', StringComparison.Ordinal);

    private static IResult Page(bool wrongKey) => Html.Page("Sign in", $"""
        <h1>Operators</h1>
        <p>The key is the one that the service was started with (<code>Commerce__AdminKey</code>).
        In development it is in <code>admin-key</code> in the data directory.</p>
        {(wrongKey ? "<p class=\"bad\">This is not the key.</p>" : "")}
        <form method="post">
          <label>Admin key <input type="password" name="key" required autofocus autocomplete="current-password"></label>
          <button>Sign in</button>
        </form>
        """, wrongKey ? StatusCodes.Status401Unauthorized : StatusCodes.Status200OK);

    private static bool IsBrowser(HttpRequest request) => request.Headers.Accept.ToString().Contains("text/html", StringComparison.Ordinal);

    /// <summary>The admin key, or an operator's JWT, in the Authorization header.</summary>
    private sealed class KeyHandler(IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder)
        : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
    {
        protected override Task<AuthenticateResult> HandleAuthenticateAsync() => Task.FromResult(
            Caller.Of(Context).Kind is CallerKind.Operator
                ? AuthenticateResult.Success(new AuthenticationTicket(new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.Name, "operator")], Scheme.Name)), Scheme.Name))
                : AuthenticateResult.NoResult());

        protected override Task HandleChallengeAsync(AuthenticationProperties properties) => ProblemAnswer.Write(Context, ProblemTypes.Get("unauthenticated"));

        protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => ProblemAnswer.Write(Context, ProblemTypes.Get("forbidden"));
    }
}
