namespace Appliance.Signing;

/// <summary>The signature activation module (EN 419 241): may this signer use this key for these hashes; do it.</summary>
public sealed class SigningService
{
    /// <summary>Signs hashes that a SAD authorises. Never throws for a caller's mistake.</summary>
    public ValueTask<SignHashResult> SignHashAsync(SignHashRequest request, CancellationToken cancellationToken)
        => throw new InvalidOperationException();

    /// <summary>Checks the signer's factor and opens an activation.</summary>
    public ValueTask<AuthorizeResult> AuthorizeAsync(AuthorizeRequest request, CancellationToken cancellationToken)
        => throw new InvalidOperationException();

    /// <summary>Carries what is left of an activation over to new hashes and a new lifetime; the old SAD is void.</summary>
    public ValueTask<AuthorizeResult> ExtendAsync(ExtendRequest request, CancellationToken cancellationToken)
        => throw new InvalidOperationException();

    /// <summary>The caller's credentials, oldest first.</summary>
    public IReadOnlyList<CredentialInfo> ListCredentials(Caller caller) => throw new InvalidOperationException();

    /// <summary>One of the caller's credentials, or null.</summary>
    public CredentialInfo? FindCredential(Caller caller, Guid credentialId) => throw new InvalidOperationException();
}
