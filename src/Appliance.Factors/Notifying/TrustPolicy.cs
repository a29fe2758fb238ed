using System.Security.Cryptography.X509Certificates;

namespace Appliance.Factors.Notifying;

/// <summary>How the certificate of another end is judged.</summary>
internal static class TrustPolicy
{
    /// <summary>The system's own judgement (null), or these CAs and no others.</summary>
    public static X509ChainPolicy? For(X509Certificate2Collection? roots)
    {
        if (roots is null)
        {
            return null;
        }

        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,

            // A CA of one's own seldom says where it publishes revocations.
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.AddRange(roots);
        return policy;
    }
}
