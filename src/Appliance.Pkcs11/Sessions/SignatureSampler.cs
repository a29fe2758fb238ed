using System.Security.Cryptography;

namespace Appliance.Pkcs11.Sessions;

/// <summary>
/// Chooses one in so many by chance: a fault that comes in a rhythm is not missed for ever. One per session, so that
/// counting costs nobody a shared line.
/// </summary>
internal sealed class SignatureSampler(int oneIn)
{
    private int _left = Distance(oneIn);

    public bool IsNext()
    {
        if (--_left > 0)
        {
            return false;
        }

        _left = Distance(oneIn);
        return true;
    }

    /// <summary>1 to 2n - 1, which is n on the average.</summary>
    private static int Distance(int oneIn) => RandomNumberGenerator.GetInt32(1, 2 * oneIn);
}
