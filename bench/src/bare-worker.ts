/** What the product is measured against: a BullMQ worker that posts with undici and remembers nothing. */
import { Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { Pool } from 'undici';

const [redisUrl = '', target = '', concurrency = '50'] = process.argv.slice(2);
const pool = new Pool(target, { connections: Number(concurrency) });
const redis = new Redis(redisUrl, { maxRetriesPerRequest: null });

const worker = new Worker(
  'bare',
  async (job) => {
    const { statusCode, body } = await pool.request({
      method: 'POST',
      path: '/2010-04-01/Accounts/AC00000000000000000000000000000007/Messages.json',
      headers: { 'content-type': 'application/x-www-form-urlencoded', authorization: 'Basic eDp5' },
      body: `From=%2B15005550006&To=${encodeURIComponent(job.data.phone_number)}&Body=Hello!`,
    });
    await body.text();
    if (statusCode !== 201) throw new Error(`answered ${statusCode}`);
  },
  {
    connection: redis,
    concurrency: Number(concurrency),
    removeOnComplete: { count: 200 },
    removeOnFail: { count: 200 },
  },
);

process.on('SIGTERM', async () => {
  await worker.close();
  await pool.close();
  redis.disconnect();
  process.exit(0);
});
