using Appliance.Pkcs11.Tests.Sessions;

namespace Appliance.Pkcs11.Tests.Hosting;

/// <summary>Waits for a condition that other threads or processes bring about.</summary>
internal static class Eventually
{
    public static void True(Func<bool> condition, string what)
    {
        var start = TimeProvider.System.GetTimestamp();
        using var never = new ManualResetEventSlim();
        while (!condition())
        {
            Assert.True(TimeProvider.System.GetElapsedTime(start) < Jobs.Patience, what);
            never.Wait(5, TestContext.Current.CancellationToken);
        }
    }
}
