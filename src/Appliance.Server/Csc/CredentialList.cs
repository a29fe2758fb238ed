using Appliance.Server.Csc.Rules;
using Appliance.Signing;

namespace Appliance.Server.Csc;

/// <summary>
/// What credentials/list found: in version 1 one page of it, in version 2 all and what of each is wanted.
/// </summary>
/// <param name="Credentials">Oldest first.</param>
/// <param name="Selectors">What of each is wanted; version 2.</param>
/// <param name="WithInfo">Whether more than the ids is wanted; version 2.</param>
/// <param name="OnlyValid">Whether those that cannot sign were left out; version 2.</param>
/// <param name="NextPageToken">Leads to the next page; version 1, null on the last.</param>
internal sealed record CredentialList(
    IReadOnlyList<CredentialInfo> Credentials,
    CredentialSelectors Selectors = default,
    bool WithInfo = false,
    bool OnlyValid = false,
    string? NextPageToken = null);
