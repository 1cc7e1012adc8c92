using System.Text;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.IdentityModel.Tokens;

namespace Commerce.Access;

/// <summary>Whose JWTs are customers'. Bound from <c>Commerce:Jwt</c>; with neither authority nor signing key there are guests and operators only.</summary>
internal sealed class JwtOptions
{
    public const string Section = "Commerce:Jwt";

    /// <summary>Address of an OpenID Connect provider, whose keys are fetched and followed.</summary>
    public string? Authority { get; set; }

    /// <summary>A shared secret (HS256) of at least 32 bytes, instead of an authority.</summary>
    public string? SigningKey { get; set; }

    /// <summary>The <c>iss</c> that tokens must carry; null with an authority takes its own.</summary>
    public string? Issuer { get; set; }

    /// <summary>The <c>aud</c> that tokens must carry; null takes any.</summary>
    public string? Audience { get; set; }
}

/// <summary>Whether JWTs are taken at all.</summary>
internal sealed record JwtOptionsPresence(bool Configured);

internal static class CustomerTokens
{
    extension(AuthenticationBuilder authentication)
    {
        /// <summary>Takes customers' JWTs, where they are configured.</summary>
        public AuthenticationBuilder AddCustomerTokens(IConfiguration configuration)
        {
            var jwt = configuration.GetSection(JwtOptions.Section).Get<JwtOptions>() ?? new JwtOptions();
            var configured = jwt.Authority is { Length: > 0 } || jwt.SigningKey is { Length: > 0 };
            authentication.Services.AddSingleton(new JwtOptionsPresence(configured));
            return configured ? authentication.AddJwtBearer(options => Configure(options, jwt)) : authentication;
        }
    }

    private static void Configure(JwtBearerOptions options, JwtOptions jwt)
    {
        options.MapInboundClaims = false;
        options.Authority = jwt.Authority is { Length: > 0 } authority ? authority : null;
        options.TokenValidationParameters = new TokenValidationParameters
        {
            IssuerSigningKey = jwt.SigningKey is { Length: > 0 } key ? new SymmetricSecurityKey(Encoding.UTF8.GetBytes(key)) : null,
            ValidateIssuerSigningKey = true,
            ValidIssuer = jwt.Issuer,
            ValidateIssuer = jwt.Issuer is not null || jwt.Authority is { Length: > 0 },
            ValidAudience = jwt.Audience,
            ValidateAudience = jwt.Audience is not null,
            RequireExpirationTime = true,
            ClockSkew = TimeSpan.FromSeconds(60),
        };
    }
}
