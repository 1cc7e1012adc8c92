using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;

namespace Commerce.Access;

/// <summary>Finds out who asks, from the Authorization header alone, and whether the endpoint admits them.</summary>
internal sealed class Callers(AdminKey adminKey, JwtOptionsPresence jwt)
{
    private const string Scheme = "Bearer ";

    public async Task Identify(HttpContext http, RequestDelegate next)
    {
        http.Features.Set(await Find(http));
        await next(http);
    }

    public static Task Admit(HttpContext http, RequestDelegate next)
    {
        var admits = http.GetEndpoint()?.Metadata.GetMetadata<Admits>();
        if (admits is not null)
        {
            var caller = Caller.Of(http);
            if (!caller.HasToken)
            {
                throw Refusal.Unauthenticated;
            }

            if (admits.OperatorsOnly && caller.Kind is not CallerKind.Operator)
            {
                throw Refusal.Forbidden;
            }
        }

        return next(http);
    }

    private ValueTask<Caller> Find(HttpContext http)
    {
        var header = http.Request.Headers.Authorization;
        if (header.Count == 0)
        {
            return new(Caller.Anonymous(http));
        }

        if (header is not [{ } text] || !text.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase))
        {
            return new(Caller.Anonymous(http, unrecognised: true));
        }

        var token = text[Scheme.Length..].Trim();
        return GuestToken.HasForm(token) ? new(Caller.Guest(token))
            : adminKey.Fits(token) ? new(Caller.Operator)
            : jwt.Configured && token.Count('.') == 2 ? FromJwt(http)
            : new(Caller.Anonymous(http, unrecognised: true));
    }

    private static async ValueTask<Caller> FromJwt(HttpContext http)
    {
        var result = await http.AuthenticateAsync(JwtBearerDefaults.AuthenticationScheme);
        if (!result.Succeeded)
        {
            return Caller.Anonymous(http, unrecognised: true);
        }

        var user = result.Principal;
        var scopes = (user.FindFirst("scope") ?? user.FindFirst("scp"))?.Value ?? "";
        var subject = user.FindFirst("sub")?.Value is { Length: > 0 and <= 200 } sub && !Fields.HasControl(sub) ? sub : null;
        return scopes.Split(' ').Contains("commerce.admin", StringComparer.Ordinal) || user.HasClaim("scope", "commerce.admin") ? Caller.Operator with { Name = subject ?? Caller.Operator.Name }
            : subject is not null ? Caller.Customer(subject)
            : Caller.Anonymous(http, unrecognised: true);
    }
}

/// <summary>Who is let in to an endpoint; without it, everybody.</summary>
internal sealed record Admits(bool OperatorsOnly);

internal static class Admission
{
    extension<TBuilder>(TBuilder builder)
        where TBuilder : IEndpointConventionBuilder
    {
        /// <summary>Only with a token; whose things it opens is decided by the owner of each thing.</summary>
        public TBuilder ForOwners() => builder.WithMetadata(new Admits(OperatorsOnly: false));

        public TBuilder ForOperators() => builder.WithMetadata(new Admits(OperatorsOnly: true));
    }
}
