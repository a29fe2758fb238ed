using Appliance.Storage;

namespace Appliance.Identity.Tokens;

/// <summary>
/// The tokens of one sign-in, made before the transaction: the commit loop may run it twice, and the tokens must be
/// the same.
/// </summary>
internal sealed class IssuedTokens
{
    private readonly SignInOptions _options;
    private readonly string? _refreshText;

    internal IssuedTokens(SignInOptions options, bool rememberMe)
    {
        _options = options;
        AccessText = TokenKey.NewText();
        _refreshText = rememberMe ? TokenKey.NewText() : null;
    }

    private string AccessText { get; }

    internal LoginResult Result()
        => new(LoginStatus.Ok, AccessText, (int)_options.AccessTokenLifetime.TotalSeconds, _refreshText);

    /// <summary>Writes both under one grant.</summary>
    internal void Insert(StoreConnection connection, Guid signerId, Guid grantId, DateTimeOffset now)
    {
        Insert(connection, AccessText, AccessTokenKind.Access, signerId, grantId, now + _options.AccessTokenLifetime);
        if (_refreshText is not null)
        {
            Insert(
                connection, _refreshText, AccessTokenKind.Refresh, signerId, grantId,
                now + _options.RefreshTokenLifetime);
        }
    }

    private static void Insert(
        StoreConnection connection,
        string text,
        AccessTokenKind kind,
        Guid signerId,
        Guid grantId,
        DateTimeOffset until)
    {
        if (!TokenKey.TryRead(text, out var key))
        {
            throw new InvalidOperationException("A token just made cannot be read back.");
        }

        connection.AccessTokens.Insert(new AccessTokenRow(
            key.ToArray(), kind, signerId, Guid.Empty, grantId, until.ToUnixTimeMilliseconds(), Revoked: false));
    }
}
