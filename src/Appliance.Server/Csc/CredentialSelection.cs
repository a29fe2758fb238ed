using Appliance.Server.Csc.Rules;
using Appliance.Signing;

namespace Appliance.Server.Csc;

/// <summary>What credentials/info found, and what of it is wanted.</summary>
internal sealed record CredentialSelection(CredentialInfo Credential, CredentialSelectors Selectors);
